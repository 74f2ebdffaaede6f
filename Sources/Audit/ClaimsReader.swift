import CostModel
import Scenarios
import Support

/// Reads a claims file and the catalogs, scenarios and policies that it names; everything that is
/// wrong is thrown at once (`InputErrors`, exit code 2).
package struct ClaimsReader {
  private let log = InputLog()
  private let files: ScenarioFiles
  private let path: String

  package static func read(path: String, allowOutside: Bool = false) throws(InputErrors) -> Claims {
    let reader = ClaimsReader(path: path, allowOutside: allowOutside)
    let claims = reader.read(allowOutside: allowOutside)
    try reader.log.throwIfAny()
    return claims
  }

  private init(path: String, allowOutside: Bool) {
    self.path = path
    files = ScenarioFiles(scenario: path, allowOutside: allowOutside, log: log)
  }

  private func read(allowOutside: Bool) -> Claims {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var result = Claims(title: name)
    guard let node = files.load(path),
      let root = Fields(node, as: ClaimsFormat.claims, log: log)
    else { return result }
    result.title = root.text("title") ?? name
    if let share = root["doubtful_within"].flatMap(log.exactShare) {
      result.doubtfulWithin = (try? Rational(share)) ?? result.doubtfulWithin
    }
    if let factor = root.number("assumed_factor", in: 1...1_000) {
      result.assumedFactor = (try? Rational(nearest: factor)) ?? result.assumedFactor
    }
    let sources = ClaimSources(log: log, files: files, root: root, allowOutside: allowOutside)
    let ways = DerivationReader(log: log, sources: sources, aliases: aliases(root))
    let entries = root.entries("claims")
    if entries.isEmpty, let node = root["claims"] {
      log.add(node.place, "expected at least one claim")
    }
    result.values = root.entries("values").compactMap { value($0, ways) }
    result.claims = claims(entries, ways)
    checkNames(result)
    return result
  }

  private func aliases(_ root: Fields) -> [String: String] {
    var result: [String: String] = [:]
    for entry in root.entries("units") { result[entry.key] = log.text(entry.value) }
    return result
  }

  // MARK: Values

  private func value(_ entry: YAMLNode.Entry, _ ways: DerivationReader) -> NamedValue? {
    guard let fields = Fields(entry.value, as: ClaimsFormat.value, log: log) else { return nil }
    let unit = fields["unit"].flatMap(ways.unit)
    var way = ways.way(fields)
    if let node = fields["value"] {
      if way != nil { log.add(node.place, "'value' excludes a way to compute it") }
      if unit == nil, !fields.has("unit") {
        log.add(node.place, "a stated value needs a 'unit' (1 for a plain number)")
      }
      guard let number = ways.number(node), let unit else { return nil }
      way = (try? number.value.multiplied(by: unit.scale)).map { .stated($0) }
    }
    guard let way else {
      if !fields.has("value"), !ways.isStated(fields) {
        log.add(fields.place, "expected 'value' or a way to compute it")
      }
      return nil
    }
    return NamedValue(
      name: entry.key, subject: fields.text("subject") ?? entry.key, unit: unit, way: way,
      assumption: fields.text("assumed"), place: entry.keyPlace)
  }

  // MARK: Claims

  private func claims(_ entries: [YAMLNode.Entry], _ ways: DerivationReader) -> [Claim] {
    var result: [Claim] = []
    var leaders: [String: Claim] = [:]
    for entry in entries {
      guard let fields = Fields(entry.value, as: ClaimsFormat.claim, log: log) else { continue }
      let quantity = fields.text("quantity") ?? entry.key
      guard let claim = claim(entry, fields, quantity, leaders[quantity], ways) else { continue }
      result.append(claim)
      leaders[quantity] = leaders[quantity] ?? claim
    }
    return result
  }

  private func claim(
    _ entry: YAMLNode.Entry, _ fields: Fields, _ quantity: String, _ leader: Claim?,
    _ ways: DerivationReader
  ) -> Claim? {
    let subject = fields.text("subject") ?? leader?.subject
    let isExact = fields.flag("exact") ?? false
    var number = fields["published"].flatMap(ways.number)
    if isExact { number?.tolerance = .zero }
    let way = ways.way(fields) ?? leader?.way
    if subject == nil {
      log.add(entry.keyPlace, "'subject' is missing: this is the first claim of '\(quantity)'")
    }
    guard let number, let source = fields.text("at"), let subject,
      let unit = unit(fields, number, leader?.unit, ways)
    else { return nil }
    return Claim(
      id: entry.key, quantity: quantity, subject: subject, published: number, unit: unit,
      source: source, note: fields.text("note"), isExact: isExact, way: way,
      place: entry.keyPlace)
  }

  private func unit(
    _ fields: Fields, _ number: PublishedNumber, _ inherited: ClaimUnit?, _ ways: DerivationReader
  ) -> ClaimUnit? {
    guard let node = fields["published"] else { return nil }
    let own = fields["unit"].flatMap(ways.unit)
    if fields.has("unit"), own == nil { return nil }
    let percent = number.isPercent ? try? ClaimUnit("%", aliases: [:]) : nil
    guard let unit = own ?? percent ?? inherited else {
      log.add(node.place, "'unit' is missing: what is \(number.text)?")
      return nil
    }
    if number.isPercent != unit.isPercent, number.isPercent {
      log.add(node.place, "'\(number.text)' is a percentage, but its unit is '\(unit.text)'")
    }
    if number.isDollars, !unit.isMoney {
      log.add(node.place, "'\(number.text)' is in dollars, but its unit is '\(unit.text)'")
    }
    return unit
  }

  /// A name in a formula must mean one thing.
  private func checkNames(_ claims: Claims) {
    let known = Set(claims.claims.map(\.id))
    for value in claims.values where known.contains(value.name) {
      log.add(value.place, "'\(value.name)' is the name of a claim as well, expected another")
    }
  }
}
