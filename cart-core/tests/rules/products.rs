//! What the catalog said, as rules look it up.

use std::sync::Arc;

use cart_core::facts::Products;
use cart_core::money::Currency;
use cart_core::product::Product;
use cart_core::testing::samples::{prices, product};

fn named(name: &str) -> Option<Arc<Product>> {
    Some(Arc::new(Product::new(name, prices(1, Currency::EUR))))
}

#[test]
fn the_last_answer_about_a_product_counts_among_few_and_many() {
    for others in [0, 100] {
        let mut answers = vec![(product("mug"), named("first")), (product("gone"), named("there"))];
        answers.extend((0..others).map(|n| (product(&format!("p{n}")), named("other"))));
        answers.extend([(product("mug"), named("last")), (product("gone"), None)]);
        let products = Products::new(answers);
        assert_eq!(products.product(&product("mug")), named("last").as_ref());
        assert_eq!(products.product(&product("gone")), None);
        assert_eq!(products.product(&product("never asked")), None);
    }
}
