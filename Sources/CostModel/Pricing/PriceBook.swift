/// The prices of a whole catalog: compiled pricers by model and terms, and single prices.
public struct PriceBook: Sendable {
  public let catalog: Catalog

  public init(_ catalog: Catalog) { self.catalog = catalog }

  /// A model's pricer, to be built once for each set of terms.
  public func pricer(
    for model: ModelID, terms: BillingTerms = BillingTerms()
  ) -> CompiledPricer {
    CompiledPricer(model: catalog[model], terms: terms)
  }

  /// One call's price. It resolves the catalog anew; many calls take a `pricer`.
  public func cost(
    of usage: Usage, model: ModelID, context: BillingContext
  ) throws(PricingError) -> Cost {
    try pricer(for: model, terms: context.terms).cost(of: usage, at: context.arrival)
  }
}
