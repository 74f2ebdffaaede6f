import CostModel
import ReferenceEngine

@testable import Scenarios

/// A tiny log for a random scenario: what its writer meant, and the same as canonical CSV.
struct RandomLog {
  let scenario: Scenario
  let policy: ReferencePolicy
  /// In the order of the file.
  let rows: [ReferenceLogRow]
  let text: String
  /// It tells no more than nearly every log, and most models have plain prices.
  let isPlain: Bool
  /// Meters that it has columns for, in the order of those of calls.csv.
  let meters: [String]

  private static let attributes = [
    "account_plan", "use_case", "action", "task", "complexity", "priority", "tier", "cache_class",
  ]

  private static let meterNames = [
    "input_audio", "input_image", "output_audio", "output_image", "characters", "pages", "images",
    "searches", "documents", "video",
  ]

  init(seed: UInt64) {
    var random = TestRandom(seed: seed)
    let base = RandomScenario(seed: random.bits())
    var scenario = base.scenario
    let models = scenario.catalog.models.count
    let policy = Self.policy(models: models, &random)
    isPlain = random.chance(0.4)
    for model in scenario.catalog.models.indices {
      if isPlain, random.chance(0.8) {
        Self.pricePlainly(in: &scenario, model, &random)
      } else {
        Self.priceWhatOnlyLogsTell(in: &scenario, of: model, &random)
      }
    }
    scenario.policy = Policy(name: "random", rules: policy.rules.map(Self.rule))
    if random.chance(0.3) { Self.keepLogged(in: &scenario.budget) }
    if random.chance(0.5) { scenario.replay = Self.standIns(&random) }
    if isPlain { Self.makePlain(&scenario, &random) }
    let isSparse = random.chance(0.3)
    var rows = base.arrivals.map { arrival in
      Self.row(
        at: arrival.time, user: random.oneOf(["u\(arrival.user)", "u\(arrival.user)", nil]),
        models: models, sparse: isSparse, &random)
    }
    if isPlain { for index in rows.indices { rows[index].forgetParts() } }
    for index in rows.indices { Self.tellModel(of: &rows[index], policy, models: models, &random) }
    if random.chance(0.5) { Self.shuffle(&rows, &random) }
    self.scenario = scenario
    self.policy = policy
    self.rows = rows
    let file = Self.csv(rows, hidesModels: random.chance(0.5), keepsEmpty: !isPlain, &random)
    text = file.text
    meters = Self.meterNames.filter { file.columns.contains(ReferenceLedgerText.column($0)) }
  }

  // MARK: Policy

  /// Acting policies may send requests to the model that the log names.
  private static func keepLogged(in budget: inout Budget?) {
    for index in budget?.actions.indices ?? 0..<0 {
      guard case .policy(var policy)? = budget?.actions[index].effect else { continue }
      policy.rules[0].choice = .logged
      budget?.actions[index].effect = .policy(policy)
    }
  }

  private static func policy(models: Int, _ random: inout TestRandom) -> ReferencePolicy {
    var rules = (0..<random.below(4)).map { number in
      ReferencePolicy.Rule(
        name: random.chance(0.3) ? "rule \(number), \"quoted\"" : "r\(number)",
        conditions: conditions(&random), choice: choice(models, &random))
    }
    rules.append(.init(name: "all", conditions: [:], choice: choice(models, &random)))
    return ReferencePolicy(rules: rules)
  }

  private static func conditions(_ random: inout TestRandom) -> [String: [String]] {
    var result: [String: [String]] = [:]
    for _ in 0..<(1 + random.below(2)) {
      let name = random.oneOf(attributes)
      result[name] = random.chance(0.5) ? values(of: name) : [random.oneOf(values(of: name))]
    }
    return result
  }

  private static func choice(
    _ models: Int, _ random: inout TestRandom
  ) -> ReferencePolicy.Choice {
    switch random.below(4) {
    case 0: return .model(random.below(models))
    case 1:
      return .weighted(
        (0...random.below(3)).map { _ in (random.below(models), Double(1 + random.below(5))) })
    default: return .logged
    }
  }

  private static func values(of attribute: String) -> [String] {
    switch attribute {
    case "tier": ["standard", "premium"]
    case "cache_class": ["short", "long"]
    default: ["a", "b, \"c\""]
    }
  }

  private static func rule(_ rule: ReferencePolicy.Rule) -> Policy.Rule {
    let conditions = rule.conditions.sorted { $0.key < $1.key }.compactMap { name, values in
      Attribute.allCases.first { $0.name == name }.map { Policy.Condition($0, in: values) }
    }
    let choice: Policy.Choice =
      switch rule.choice {
      case .logged: .logged
      case .model(let model): .model(ModelID(UInt16(model)))
      case .weighted(let models):
        .weighted(
          models.map { Policy.WeightedModel(ModelID(UInt16($0.model)), weight: $0.weight) })
      }
    return Policy.Rule(name: rule.name, conditions: conditions, choice: choice)
  }

  /// What stands for what rows do not tell.
  private static func standIns(_ random: inout TestRandom) -> ReplaySettings {
    ReplaySettings(
      users: random.oneOf([.none, .shared, .request, .session, .dealt(3)]),
      sessions: random.oneOf(ReplaySettings.Sessions.allCases),
      prompts: random.oneOf([
        .none, .unique, .pool(size: 3, exponent: 1, perUser: true),
        .pool(size: 2, exponent: 0, perUser: false),
      ]),
      sessionBlock: random.oneOf([nil, 70, 150]))
  }

  private static func priceWhatOnlyLogsTell(
    in scenario: inout Scenario, of number: Int, _ random: inout TestRandom
  ) {
    var catalog = Catalog()
    for (place, model) in scenario.catalog.models.enumerated() {
      var model = model
      for sheet in model.prices.indices where place == number {
        for meter in CallMeter.allCases where meter.whole == nil || random.chance(0.3) {
          model.prices[sheet].rates[meter.dimension] = Rate(
            picodollars: Int64(random.below(9_999)), per: 1)
        }
        model.prices[sheet].rates[.cacheWriteTokens] = random.rarely(2) {
          Rate(picodollars: Int64($0.below(9_999)), per: 7)
        }
      }
      catalog.add(model)
    }
    scenario.catalog = catalog
  }

  /// A price a token, whatever time and size, and no others.
  private static func pricePlainly(
    in scenario: inout Scenario, _ number: Int, _ random: inout TestRandom
  ) {
    var sheet = PriceSheet()
    sheet.rates[.inputTokens] = Rate(picodollars: Int64(random.below(5_000_000)), per: 1)
    sheet.rates[.outputTokens] = Rate(picodollars: Int64(random.below(5_000_000)), per: 1)
    sheet.rates[.calls] = random.rarely(3) { Rate(picodollars: Int64($0.below(9_999)), per: 1) }
    var catalog = Catalog()
    for (place, model) in scenario.catalog.models.enumerated() {
      var model = model
      if place == number { model.prices = [sheet] }
      catalog.add(model)
    }
    scenario.catalog = catalog
  }

  /// Nothing looks at calls between their arrival and their end, in most scenarios.
  private static func makePlain(_ scenario: inout Scenario, _ random: inout TestRandom) {
    scenario.replay.sessionBlock = nil
    guard random.chance(0.8) else { return }
    scenario.alerts = []
    scenario.budget?.actions = []
    scenario.outages = []
    for model in scenario.behaviours.indices where random.chance(0.5) {
      scenario.behaviours[model].failureRate = 0
    }
  }

  // MARK: Rows

  private static func row(
    at time: Int64, user: String?, models: Int, sparse: Bool, _ random: inout TestRandom
  ) -> ReferenceLogRow {
    var row = ReferenceLogRow(time: time)
    row.user = user
    row.session = random.oneOf(["s0", "s1", nil])
    row.prompt = random.oneOf(["p0", "p1", "p0", nil])
    row.input = Int64(random.below(300))
    row.output = Int64(random.below(200))
    if sparse { return row }
    for name in attributes where random.chance(0.5) {
      row.attributes[name] = random.oneOf(values(of: name) + ["zero"])
    }
    row.model = random.rarely(1) { $0.below(models) }
    row.cached = random.rarely(4) { Int64($0.below(Int(row.input) + 1)) }
    row.cacheWrite =
      random.rarely(3) { Int64($0.below(Int(row.input - (row.cached ?? 0)) + 1)) } ?? 0
    row.reasoning = random.rarely(3) { Int64($0.below(Int(row.output) + 1)) } ?? 0
    row.meters = meters(of: row, &random)
    row.maxTokens = random.rarely(3) { Int64($0.below(250)) }
    row.audio = random.rarely(3) { Int64($0.below(40_000_000)) } ?? 0
    row.isOK = !random.chance(0.35)
    row.latency = random.rarely(2) { Int64($0.below(12)) * RandomScenario.tick }
    if random.chance(0.1) { row.latency = Int64(random.below(3_000_000)) }
    if random.chance(0.5) {
      let first = UInt64(random.below(3))
      row.blocks = (0...random.below(4)).map { first + UInt64($0) }
      row.blockSize = random.oneOf([1, 16, 90])
    }
    return row
  }

  /// Parts of totals are not more than these hold.
  private static func meters(
    of row: ReferenceLogRow, _ random: inout TestRandom
  ) -> [String: Int64] {
    var meters: [String: Int64] = [:]
    for name in meterNames {
      var most: Int64 = name == "video" ? 9_000_000 : 250
      switch name {
      case "input_audio": most = row.input
      case "input_image": most = row.input - (meters["input_audio"] ?? 0)
      case "output_audio": most = row.output - row.reasoning
      case "output_image": most = row.output - row.reasoning - (meters["output_audio"] ?? 0)
      default: break
      }
      let amount = random.rarely(6) { Int64($0.below(Int(most) + 1)) } ?? 0
      if amount > 0 { meters[name] = amount }
    }
    return meters
  }

  /// Where the log's model is asked for, the log names one.
  private static func tellModel(
    of row: inout ReferenceLogRow, _ policy: ReferencePolicy, models: Int,
    _ random: inout TestRandom
  ) {
    let isNeeded =
      if case .logged = policy.rule(for: row.attributes)?.choice { true } else { false }
    if isNeeded {
      row.model = row.model ?? random.below(models)
    } else if random.chance(0.3) {
      row.model = nil
    }
  }

  private static func shuffle(_ rows: inout [ReferenceLogRow], _ random: inout TestRandom) {
    for index in rows.indices.dropFirst().reversed() {
      rows.swapAt(index, random.below(index + 1))
    }
  }

  // MARK: Text

  /// - Parameters:
  ///   - hidesModels: rows without a model, for which no rule asks then, name one that no catalog has.
  ///   - keepsEmpty: whether a column that says nothing may be there.
  private static func csv(
    _ rows: [ReferenceLogRow], hidesModels: Bool, keepsEmpty: Bool, _ random: inout TestRandom
  ) -> (text: String, columns: [String]) {
    let noModel = hidesModels ? "unheard-of" : ""
    let style = random.below(3)
    var columns: [(String, [String])] = [
      ("timestamp", rows.map { time($0.time, style: style, &random) }),
      ("model", rows.map { $0.model.map { "m\($0)" } ?? noModel }),
      ("user", rows.map { $0.user ?? "" }), ("session", rows.map { $0.session ?? "" }),
      ("prompt", rows.map { $0.prompt ?? "" }),
      ("input_tokens", rows.map { number($0.input, &random) }),
      ("cached_input_tokens", rows.map { $0.cached.map(String.init) ?? "" }),
      ("cache_write_tokens", rows.map { $0.cacheWrite == 0 ? "" : String($0.cacheWrite) }),
      ("output_tokens", rows.map { number($0.output, &random) }),
      ("reasoning_tokens", rows.map { $0.reasoning == 0 ? "" : String($0.reasoning) }),
      ("max_tokens", rows.map { $0.maxTokens.map(String.init) ?? "" }),
      ("audio_seconds", rows.map { $0.audio == 0 ? "" : decimal($0.audio, places: 6) }),
      ("status", rows.map { status($0.isOK, &random) }),
      ("latency_ms", rows.map { $0.latency.map { decimal($0, places: 3) } ?? "" }),
      ("prefix_blocks", rows.map { $0.blocks.isEmpty ? "" : "\($0.blocks)" }),
      ("block_size", rows.map { $0.blocks.isEmpty ? "" : "\($0.blockSize)" }),
    ]
    columns += attributes.map { name in (name, rows.map { $0.attributes[name] ?? "" }) }
    columns += meterNames.map { name in
      (
        ReferenceLedgerText.column(name),
        rows.map { row in
          row.meters[name].map { name == "video" ? decimal($0, places: 6) : String($0) } ?? ""
        }
      )
    }
    // A column that says nothing may as well be absent.
    columns = columns.filter {
      !$0.1.allSatisfy(\.isEmpty) || keepsEmpty && random.chance(0.5)
    }
    shuffle(&columns, &random)
    let lines = rows.indices.map { row in columns.map { quoted($0.1[row]) } }
    let text = ([columns.map(\.0)] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
    return (text, columns.map(\.0))
  }

  private static func shuffle<T>(_ items: inout [T], _ random: inout TestRandom) {
    for index in items.indices.dropFirst().reversed() {
      items.swapAt(index, random.below(index + 1))
    }
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { ",\"".contains($0) }) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }

  private static func number(_ value: Int64, _ random: inout TestRandom) -> String {
    random.chance(0.2) ? "\(value).0" : "\(value)"
  }

  private static func decimal(_ value: Int64, places: Int) -> String {
    let digits = String(value)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return padded.dropLast(places) + "." + padded.suffix(places)
  }

  private static func status(_ isOK: Bool, _ random: inout TestRandom) -> String {
    isOK
      ? random.oneOf(["", "ok", "success", "200", "204", "200.0"])
      : random.oneOf(["429", "500", "failed", "timeout", "302", "OK?"])
  }

  /// In June 2026; what is finer than a microsecond is to be cut.
  private static func time(_ time: Int64, style: Int, _ random: inout TestRandom) -> String {
    if style == 0 { return String(time) }
    let since = time - AnalysisScenario.start.microseconds + (style == 2 ? 7_200_000_000 : 0)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let seconds = since / 1_000_000
    let micros = String(String(1_000_000 + since % 1_000_000).dropFirst())
    let finer = random.chance(0.3) ? String(100 + random.below(900)) : ""
    return "2026-06-\(two(1 + seconds / 86_400))T\(two(seconds / 3_600 % 24)):"
      + "\(two(seconds / 60 % 60)):\(two(seconds % 60)).\(micros)\(finer)"
      + (style == 2 ? "+02:00" : "Z")
  }
}

extension ReferenceLogRow {
  /// What few logs tell.
  fileprivate mutating func forgetParts() {
    (session, cached, maxTokens) = (nil, nil, nil)
    (cacheWrite, reasoning, audio) = (0, 0, 0)
    meters = [:]
    blocks = []
  }
}
