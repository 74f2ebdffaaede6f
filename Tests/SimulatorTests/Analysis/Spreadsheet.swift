/// What a spreadsheet makes of a formula: numbers, + - * /, parentheses, other cells, MAX of two and
/// SUM of cells of a column.
struct Spreadsheet {
  private var rest: Substring
  private let cell: (String) -> Double?

  /// nil: it is no such formula.
  static func value(
    _ formula: String, cell: @escaping (String) -> Double? = { _ in nil }
  ) -> Double? {
    guard formula.first == "=" else { return nil }
    var sheet = Spreadsheet(rest: formula.dropFirst(), cell: cell)
    let value = sheet.sum()
    return sheet.rest.isEmpty ? value : nil
  }

  private mutating func take(_ characters: String) -> Character? {
    guard let first = rest.first, characters.contains(first) else { return nil }
    rest.removeFirst()
    return first
  }

  private mutating func sum() -> Double? {
    guard var value = product() else { return nil }
    while let sign = take("+-") {
      guard let next = product() else { return nil }
      value += sign == "+" ? next : -next
    }
    return value
  }

  private mutating func product() -> Double? {
    guard var value = factor() else { return nil }
    while let sign = take("*/") {
      guard let next = factor() else { return nil }
      value = sign == "*" ? value * next : value / next
    }
    return value
  }

  private mutating func factor() -> Double? {
    if take("(") != nil {
      let value = sum()
      return take(")") == nil ? nil : value
    }
    if rest.hasPrefix("SUM(") { return column() }
    if rest.hasPrefix("MAX(") {
      rest = rest.dropFirst(4)
      guard let a = sum(), take(",") != nil, let b = sum(), take(")") != nil else { return nil }
      return max(a, b)
    }
    if rest.first == "$" || rest.first?.isLetter == true { return name().flatMap(cell) }
    let sign = take("-") == nil ? 1.0 : -1.0
    let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    rest = rest.dropFirst(digits.count)
    return Double(digits).map { sign * $0 }
  }

  /// `B7` of `$B$7`.
  private mutating func name() -> String? {
    let name = rest.prefix { $0 == "$" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    rest = rest.dropFirst(name.count)
    return String(name.replacing("$", with: ""))
  }

  private mutating func column() -> Double? {
    rest = rest.dropFirst(4)
    guard let first = name(), take(":") != nil, let last = name(), take(")") != nil else {
      return nil
    }
    let letters = first.prefix { $0.isLetter }
    guard letters == last.prefix(while: { $0.isLetter }),
      let from = Int(first.dropFirst(letters.count)), let to = Int(last.dropFirst(letters.count)),
      from <= to
    else { return nil }
    return (from...to).reduce(0) { $0 + (cell("\(letters)\($1)") ?? 0) }
  }
}
