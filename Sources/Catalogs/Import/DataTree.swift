import Scenarios
import Support

/// A value of JSON, or of the Python literals in which genai-prices ships. Numbers stay text, so
/// that no price passes through floating point.
package indirect enum DataTree {
  case null
  case bool(Bool)
  case number(String)
  case text(String)
  case list([DataTree])
  case object([(key: String, value: DataTree)])

  /// The value under a key of an object; nil where there is none, or `null`.
  package subscript(key: String) -> DataTree? {
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    if case .null = value { return nil }
    return value
  }

  /// The members of an object; none for other values.
  package var members: [(key: String, value: DataTree)] {
    if case .object(let members) = self { members } else { [] }
  }

  /// The items of a list; none for other values.
  package var items: [DataTree] {
    if case .list(let items) = self { items } else { [] }
  }

  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// A number as it is written, in quotes or not.
  package var decimal: ExactDecimal? {
    switch self {
    case .number(let digits), .text(let digits): ExactDecimal(digits)
    default: nil
    }
  }

  package var wholeNumber: Int64? { decimal?.wholeNumber }

  /// A number of tokens that a catalog can state.
  package var tokens: Int64? {
    wholeNumber.flatMap { 0...PriceSheetReader.mostTokens ~= $0 ? $0 : nil }
  }
}
