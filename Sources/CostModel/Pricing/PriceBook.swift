/// The prices of a whole catalog: pricers by model and variant, and single prices.
public struct PriceBook: Sendable {
  public let catalog: Catalog

  public init(_ catalog: Catalog) { self.catalog = catalog }

  /// A model's pricer, to be built once for each variant.
  public func pricer(
    for model: ModelID, variant: BillingVariant = BillingVariant()
  ) -> Pricer {
    Pricer(catalog[model], variant: variant)
  }

  /// One call's price. It resolves the catalog anew; many calls take a `pricer`.
  public func cost(
    of usage: Usage, model: ModelID, context: BillingContext
  ) throws(PricingError) -> Cost {
    try pricer(for: model, variant: context.variant).cost(of: usage, at: context.arrival)
  }
}
