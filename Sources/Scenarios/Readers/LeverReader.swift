import CostModel
import Support

/// Reads levers and shocks, the standard ones as well as a scenario's own.
package struct LeverReader {
  package let log: InputLog

  package init(log: InputLog) {
    self.log = log
  }

  package func lever(_ entry: YAMLNode.Entry) -> Lever? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.lever, log: log),
      let title = fields.text("title")
    else { return nil }
    var lever = Lever(name: entry.key, title: title)
    lever.titleInUse = fields.text("in_use")
    lever.needs = preconditions(fields)
    lever.with = overrides(fields, "with")
    lever.without = overrides(fields, "without")
    for item in fields.entries("substitutes") {
      if let by = log.text(item.value) { lever.substitutes.append((item.key, by)) }
    }
    lever.isAlternative = fields.flag("alternative") ?? false
    lever.users = users(fields)
    lever.published = published(fields)
    if lever.published?.users == nil { lever.published?.users = lever.users }
    lever.quality = fields.text("quality")
    lever.source = fields.text("source")
    if !fields.has("with"), !fields.has("without") {
      log.add(fields.place, "a lever needs 'with', 'without' or both")
    }
    return lever
  }

  private func preconditions(_ fields: Fields) -> [Precondition] {
    fields.list("needs").compactMap { log.choice($0, of: Precondition.self) }
  }

  private func users(_ fields: Fields) -> Int? {
    fields.count("users", in: 1...Int64(Int32.max)).map { Int($0) }
  }

  private func published(_ fields: Fields) -> Lever.Published? {
    guard let node = fields["published"],
      let fields = Fields(node, as: ScenarioFormat.publishedSaving, log: log)
    else { return nil }
    guard fields.has("saving") || fields.has("share") else {
      log.add(node.place, "a published saving needs 'saving', 'share' or both")
      return nil
    }
    return Lever.Published(
      saving: fields.money("saving"), share: fields.share("share"), users: users(fields))
  }

  package func capacity(_ entry: YAMLNode.Entry) -> Capacity? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.capacity, log: log),
      let title = fields.text("title"), let price = fields.money("unit_price"),
      let tokens = fields.count("tokens_per_minute", in: 1...1_000_000_000_000)
    else { return nil }
    return Capacity(
      name: entry.key, title: title,
      models: fields["models"].map { log.texts($0).map(\.text) } ?? [],
      unitPrice: price, minimumUnits: Int(fields.count("minimum_units", in: 1...1_000_000) ?? 1),
      tokensPerMinute: tokens, outputWeight: fields.number("output_weight", in: 0...1_000) ?? 1,
      source: fields.text("source"), assumption: fields.text("assumption"))
  }

  package func shock(_ entry: YAMLNode.Entry, local: LocalTime) -> Shock? {
    guard let fields = Fields(entry.value, as: ScenarioFormat.shock, log: log),
      let title = fields.text("title")
    else { return nil }
    var shock = Shock(name: entry.key, title: title, with: overrides(fields, "with"))
    shock.needs = preconditions(fields)
    shock.isByProvider = fields.flag("each_provider") ?? false
    shock.source = fields.text("source")
    let overrides = shock.with.joined()
    let isMoment = overrides.contains("$from") && !overrides.contains("$for")
    if fields.has("from") != fields.has("for"), !(isMoment && fields.has("from")) {
      log.add(fields.place, "a shock needs both 'from' and 'for', or neither")
    }
    if let node = fields["from"] { shock.from = start(node, local) }
    shock.length = fields.positiveDuration("for")
    let day = SimDuration.day.microseconds
    if let length = shock.length, !overrides.contains("$from"),
      length.microseconds % day != 0, let place = fields["for"]?.place
    {
      log.add(place, "a shock whose overrides do not say $from holds for whole days, like 24h")
    }
    return shock
  }

  /// `busiest day`, `busiest hour`, `day 10`, or a moment.
  private func start(_ node: YAMLNode, _ local: LocalTime) -> Shock.Start? {
    if case .scalar(let text, _) = node.content, text.hasPrefix("busiest") {
      switch text {
      case "busiest day": return .busiestDay
      case "busiest hour": return .busiestHour
      default:
        log.add(node.place, "expected 'busiest day' or 'busiest hour', not '\(text)'")
        return nil
      }
    }
    if case .scalar(let text, _) = node.content, text.hasPrefix("day ") {
      let number = YAMLNode(
        content: .scalar(String(text.dropFirst(4)), plain: true), place: node.place)
      return log.count(number, in: 1...3_700).map { .day(Int($0)) }
    }
    return log.moment(node, local: local.moment).map { .moment($0) }
  }

  /// A list of `path=value`.
  private func overrides(_ fields: Fields, _ key: String) -> [String] {
    fields[key].map(overrides) ?? []
  }

  package func overrides(_ node: YAMLNode) -> [String] {
    log.texts(node).compactMap { text, place in
      if text.contains("=") { return text }
      log.add(place, "expected path=value, not '\(text)'")
      return nil
    }
  }
}
