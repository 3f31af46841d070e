//! Gathering the terms on which a cart is priced.

use std::sync::Arc;

use super::gather::{About, current};
use super::{CartError, CartService};
use crate::coupon::CouponCode;
use crate::facts::{Terms, Uses};
use crate::id::{CheckoutId, CustomerKey, PromotionId};
use crate::policy::{PricingPolicy, TaxMode};
use crate::port::{PortError, PromotionQuery, StoreError, TermsContext};
use crate::promotion::Promotion;
use crate::selection::Address;
use crate::status::Status;
use crate::tax::Taxes;

impl CartService {
    /// Asks for what the policy looks at, and nothing else.
    pub(super) async fn terms(
        &self,
        policy: &PricingPolicy,
        context: TermsContext,
        about: &About<'_>,
        destination: Option<&Address>,
    ) -> Result<Terms, CartError> {
        let promotions = self.promotions(policy, &context, &about.codes).await?;
        // What an order used is not used up for itself.
        let counted = match about.status {
            Some(Status::Completed { .. }) => &[],
            Some(Status::Active | Status::Checkout { .. } | Status::Abandoned { .. }) | None => {
                &promotions[..]
            }
        };
        let uses = self.uses(counted, context.customer.key.as_ref(), current(about.status)).await?;
        let fees = if policy.fees { self.ports.fees.fees(&context).await? } else { Vec::new() };
        let taxes = self.taxes(policy.tax.mode, &context, destination).await?;
        Ok(Terms { customer: context.customer, promotions, uses, fees, taxes })
    }

    async fn promotions(
        &self,
        policy: &PricingPolicy,
        context: &TermsContext,
        codes: &[CouponCode],
    ) -> Result<Vec<Arc<Promotion>>, PortError> {
        if !policy.promotions {
            return Ok(Vec::new());
        }
        self.ports.promotions.promotions(&PromotionQuery { context, codes }).await
    }

    /// How often each promotion with a limit was used.
    async fn uses(
        &self,
        promotions: &[Arc<Promotion>],
        customer: Option<&CustomerKey>,
        except: Option<CheckoutId>,
    ) -> Result<Vec<(PromotionId, Uses)>, StoreError> {
        let limited = promotions.iter().filter(|promotion| promotion.limit.is_limited());
        let asked: Vec<PromotionId> = limited.map(|promotion| promotion.id.clone()).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let uses = self.ports.store.uses(&asked, customer, except).await?;
        if uses.len() == asked.len() {
            return Ok(asked.into_iter().zip(uses).collect());
        }
        let source = format!("{} answers to {} questions", uses.len(), asked.len()).into();
        Err(StoreError::Corrupt { store: "use ledger", source })
    }

    async fn taxes(
        &self,
        mode: TaxMode,
        context: &TermsContext,
        destination: Option<&Address>,
    ) -> Result<Taxes, PortError> {
        match mode {
            TaxMode::None => Ok(Taxes::default()),
            TaxMode::OnTop | TaxMode::Inside => {
                Ok(Taxes::Table(self.ports.taxes.taxes(context, destination).await?))
            }
            // Asked once it is known what the cart will cost.
            TaxMode::External => Ok(Taxes::External(None)),
        }
    }
}
