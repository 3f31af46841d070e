/// Says why an amount could not be split.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllocationError {
    /// There are not as many caps as weights.
    #[error("weights and caps differ in number")]
    Mismatch,
    /// The amount to split is below zero.
    #[error("the total is negative")]
    NegativeTotal,
    /// There is nobody to give the amount to.
    #[error("there are no weights to allocate by")]
    NoWeights,
    /// A weight is below zero.
    #[error("weight {index} is negative")]
    NegativeWeight {
        /// The position of the first negative weight, counted from zero.
        index: usize,
    },
    /// Every weight is zero, so no proportion is defined.
    #[error("all weights are zero")]
    AllZero,
    /// A cap is below zero.
    #[error("cap {index} is negative")]
    NegativeCap {
        /// The position of the first negative cap, counted from zero.
        index: usize,
    },
    /// The lines that take part may together get less than the total.
    #[error("the caps leave no room for the total")]
    CapsTooSmall,
}
