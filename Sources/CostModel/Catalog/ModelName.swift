/// What a model's name consists of, in lower case: whose it is, which model, of which date.
///
/// `openai/gpt-4o-2024-08-06`, `us.anthropic.claude-haiku-4-5-20251001-v1:0` (Bedrock),
/// `publishers/google/models/gemini-2.5-pro` and `claude-haiku-4-5@20251001` (Vertex), `gpt-4o-latest`.
struct ModelName {
  /// Sellers and makers before the model, the outermost first: `openrouter`, `openai`.
  private(set) var owners: [String] = []
  /// The model without date and version of its form; points are dashes.
  private(set) var stem: String
  /// Eight digits; nil: none is stated, or `latest`.
  private(set) var date: String?
  /// Where Bedrock may run it: `us`, `global`; nil: the name does not say.
  private(set) var place: Substring?
  /// Whether the name has Bedrock's form, `maker.model`.
  private(set) var isBedrock = false

  /// What Bedrock puts before a maker: where a call may run.
  private static let bedrockPlaces: Set<Substring> = [
    "us", "eu", "apac", "global", "jp", "au", "ca", "us-gov",
  ]
  /// Who makes the models that Bedrock calls `maker.model`.
  private static let bedrockMakers: Set<Substring> = [
    "anthropic", "amazon", "meta", "mistral", "cohere", "ai21", "openai", "deepseek", "qwen",
    "google", "nvidia", "moonshotai", "moonshot", "minimax", "xai", "writer", "stability", "zai",
  ]

  init(_ name: String) {
    var parts = name.lowercased().split(separator: "/")
    let last = parts.popLast() ?? ""
    if parts.last == "models" { parts.removeLast() }
    if parts.first == "publishers" || parts.first == "accounts" { parts.removeFirst() }
    owners = parts.map(String.init)
    var rest = last
    if let dot = rest.firstIndex(of: ".") {
      var maker = rest[..<dot]
      var model = rest[rest.index(after: dot)...]
      var place: Substring?
      if Self.bedrockPlaces.contains(maker), let next = model.firstIndex(of: ".") {
        place = maker
        (maker, model) = (model[..<next], model[model.index(after: next)...])
      }
      if Self.bedrockMakers.contains(maker) {
        owners.append(String(maker))
        self.place = place
        isBedrock = true
        rest = Self.withoutVersion(model)
      }
    }
    for suffix in ["-latest", ":latest", "@latest", "@default"] where rest.hasSuffix(suffix) {
      rest = rest.dropLast(suffix.count)
    }
    (rest, date) = Self.dated(rest)
    stem = String(rest.map { $0 == "." ? "-" : $0 })
  }

  /// Whether a catalog's name, that of a model of that provider, can be meant by this one: the same
  /// model, of the same date where both have one, and every owner that this one states is its.
  func mayMean(_ other: ModelName, provider: String) -> Bool {
    guard stem == other.stem, date == nil || other.date == nil || date == other.date else {
      return false
    }
    let theirs = Set(other.owners + [provider.lowercased()])
    let sellers = isBedrock ? owners.dropLast()[...] : owners[...]
    guard sellers.allSatisfy(theirs.contains) else { return false }
    return !isBedrock || theirs.contains(owners.last ?? "") || Self.sellsByBedrock(provider)
  }

  /// Whether the provider is the one whose names have Bedrock's form.
  static func sellsByBedrock(_ provider: String) -> Bool {
    let name = provider.lowercased()
    return name == "aws" || name == "amazon" || name.contains("bedrock")
  }

  /// `…-v1:0`, `…-v1:0:200k` and `…-v2` without their version.
  private static func withoutVersion(_ text: Substring) -> Substring {
    guard let mark = text.lastIndex(of: "v"), mark > text.startIndex,
      text[text.index(before: mark)] == "-",
      text[text.index(after: mark)...].first?.isNumber == true,
      text[text.index(after: mark)...].allSatisfy({ $0.isNumber || $0 == ":" || $0 == "k" })
    else { return text }
    return text[..<text.index(before: mark)]
  }

  /// Without a date at the end: `-2024-08-06`, `-20240806`, `@20240806`.
  private static func dated(_ text: Substring) -> (Substring, String?) {
    let bytes = Array(text.utf8.suffix(11))
    for length in [11, 9] where bytes.count >= length && text.utf8.count > length {
      let tail = bytes.suffix(length)
      guard let mark = tail.first, mark == UInt8(ascii: "-") || mark == UInt8(ascii: "@") else {
        continue
      }
      let digits = tail.dropFirst().enumerated().filter { place, byte in
        !(length == 11 && (place == 4 || place == 7) && byte == UInt8(ascii: "-"))
      }.map(\.element)
      guard digits.count == 8, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { continue }
      let date = String(decoding: digits, as: UTF8.self)
      guard let number = Int(date), 20_000_101..<21_000_000 ~= number,
        1...12 ~= number / 100 % 100, 1...31 ~= number % 100
      else { continue }
      return (text.dropLast(length), date)
    }
    return (text, nil)
  }
}

/// A name in which `*` stands for any characters, none included; letters of any case.
public struct NamePattern: Hashable, Sendable {
  private let parts: [Substring]
  /// How many characters it states: the more, the more it says.
  let length: Int

  public static func isPattern(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "*")) }

  public init(_ text: String) {
    parts = text.lowercased().split(separator: "*", omittingEmptySubsequences: false)
    length = parts.reduce(0) { $0 + $1.count }
  }

  public func matches(_ name: String) -> Bool {
    var rest = name.lowercased()[...]
    guard let first = parts.first, rest.hasPrefix(first) else { return false }
    guard parts.count > 1, let last = parts.last else { return rest.count == first.count }
    rest = rest.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() {
      guard let found = part.isEmpty ? rest.startIndex..<rest.startIndex : Self.range(part, rest)
      else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }

  private static func range(_ part: Substring, _ text: Substring) -> Range<String.Index>? {
    var start = text.startIndex
    while true {
      if text[start...].hasPrefix(part) {
        return start..<text.index(start, offsetBy: part.count)
      }
      if start == text.endIndex { return nil }
      start = text.index(after: start)
    }
  }
}
