//! Carts that become orders.

mod arranging;
mod choosing;
mod costing;
mod ending;
mod handing_over;
mod lasting;
mod paying;
mod previewing;
mod recovering;
mod repeating;
mod rights;
mod stock;
mod support;
