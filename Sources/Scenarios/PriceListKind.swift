/// The price lists of others whose keys a model's `source_keys` name.
package enum PriceListKind: String, CaseIterable, Sendable {
  case litellm
  case genAIPrices = "genai-prices"
}
