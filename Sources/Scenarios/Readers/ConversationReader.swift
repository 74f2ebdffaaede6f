import CostModel
import Support

/// Reads what conversations are like, and makes the kinds of calls of which they consist.
package struct ConversationReader {
  private static let deepest = 4
  private static let mostTurns = Double(ConversationSpec.mostTurns)
  private static let mostSteps = Double(ConversationSpec.mostSteps)
  private static let mostParallel = Double(ConversationSpec.mostParallel)
  private static let largestTokens: Int64 = 100_000_000
  /// Chance that a number is above what the simulation can hold, from which on it is refused: what is
  /// above is cut, and nobody would see it.
  private static let rarest = 1e-9

  package let log: InputLog
  package let models: ModelNames
  package let calls: CallReader
  /// Turns, from 1, with which rules begin to tell turns apart.
  package let turnStarts: [Int]

  /// The conversation of a workload.
  /// - Parameter defaults: what the workload says of its calls.
  package func read(
    _ node: YAMLNode, defaults: [YAMLNode.Entry]
  ) -> (spec: ConversationSpec, calls: [PlacedVariant])? {
    var result = (
      spec: ConversationSpec(levels: [], turnStarts: turnStarts), calls: [PlacedVariant]()
    )
    let errors = log.count
    checkKeys(defaults, and: ScenarioFormat.conversationOwnKeys)
    _ = add(node, Context(defaults: defaults), to: &result)
    return log.count == errors && !result.spec.levels.isEmpty ? result : nil
  }

  private struct Context {
    var defaults: [YAMLNode.Entry]
    var path: [String] = []
    var isFork = false
  }

  private func checkKeys(_ entries: [YAMLNode.Entry], and own: Set<String>) {
    for entry in entries
    where !ScenarioFormat.conversationCallKeys.contains(entry.key) && !own.contains(entry.key) {
      log.add(
        entry.keyPlace, "'\(entry.key)' and 'conversation' exclude each other",
        hint: "a conversation says what its calls hold")
    }
  }

  /// The place of the level among all of them; nil: something is wrong.
  private func add(
    _ node: YAMLNode, _ context: Context,
    to result: inout (spec: ConversationSpec, calls: [PlacedVariant])
  ) -> Int? {
    guard let fields = Fields(node, as: ScenarioFormat.conversation, log: log) else { return nil }
    var level = ConversationLevel(path: context.path)
    readSizes(fields, into: &level)
    readPrefix(fields, isFork: context.isFork, into: &level)
    level.tools = fields.fields("tools", as: ScenarioFormat.tools).flatMap(tools)
    readRules(fields, into: &level)
    let number = result.spec.levels.count
    addKinds(context, node, of: &level, to: &result.calls)
    result.spec.levels.append(level)
    for entry in fields.entries("agents") {
      if fields["tools"] == nil {
        log.add(entry.keyPlace, "'agents' needs 'tools': it is a tool step that starts one")
        break
      }
      guard let agent = agent(entry, context, to: &result) else { continue }
      result.spec.levels[number].agents.append(agent)
    }
    return number
  }

  private func agent(
    _ entry: YAMLNode.Entry, _ context: Context,
    to result: inout (spec: ConversationSpec, calls: [PlacedVariant])
  ) -> ConversationLevel.Agent? {
    guard context.path.count < Self.deepest else {
      log.add(
        entry.keyPlace, "sub-agents nest deeper than \(Self.deepest), expected no 'agents' here")
      return nil
    }
    guard let fields = Fields(entry.value, as: ScenarioFormat.agent, log: log) else { return nil }
    var agent = ConversationLevel.Agent(name: entry.key, level: 0)
    agent.chance = fields.share("chance") ?? 1
    if let law = number(fields, "parallel", most: Self.mostParallel) { agent.parallel = law }
    agent.result = tokens(fields, "result")
    agent.isFork = fields.flag("fork") ?? false
    // What holds for answers to users does not for a sub-agent's.
    let inherited = context.defaults.filter {
      ScenarioFormat.conversationCallKeys.contains($0.key)
    }
    let own = calls.callEntries(of: entry.value)
    let defaults = own + inherited.filter { other in !own.contains { $0.key == other.key } }
    guard let node = fields["conversation"],
      let level = add(
        node, Context(defaults: defaults, path: context.path + [entry.key], isFork: agent.isFork),
        to: &result)
    else { return nil }
    agent.level = level
    return agent
  }

  // MARK: Sizes

  private func tokens(_ fields: Fields, _ key: String) -> Distribution? {
    fields[key].flatMap(DistributionReader(log: log, unit: .count).read)
  }

  private func number(_ fields: Fields, _ key: String, most: Double) -> Distribution? {
    guard let node = fields[key], let law = tokens(fields, key) else { return nil }
    check(law, at: node.place, key, most: most)
    if key == "parallel", law.highest < 1 { log.add(node.place, "'parallel' must be at least 1") }
    return law
  }

  private func check(_ law: Distribution, at place: Place, _ key: String, most: Double) {
    if law.highest > most, law.highest < .infinity {
      log.add(
        place,
        "'\(key)' is up to \(HumanFormat.number(law.highest)), expected at most "
          + HumanFormat.number(most))
    }
    if law.highest == .infinity, law.exceedance(most) > Self.rarest {
      log.add(
        place, "'\(key)' can be more than \(HumanFormat.number(most))",
        hint: "state a 'cap', or a smaller mean")
    }
  }

  private func count(
    _ fields: Fields, _ key: String, least: Double, most: Double
  ) -> ConversationLevel.Count? {
    guard let node = fields[key] else { return nil }
    if case .mapping = node.content, node["continue"] != nil {
      guard let going = Fields(node, as: ScenarioFormat.howOften, log: log) else { return nil }
      for other in going.object.keys where other != "continue" {
        guard let place = going[other]?.place else { continue }
        log.add(place, "'\(other)' and 'continue' exclude each other")
      }
      guard let chance = going.share("continue") else { return nil }
      if chance >= 1, let place = going["continue"]?.place {
        log.add(place, "must be less than 100%, or it would never end")
        return nil
      }
      let longest = ExactMath.exp(ExactMath.log(Self.rarest) / most)
      if chance > longest, let place = going["continue"]?.place {
        let share = DecimalText.real((longest * 100_000).rounded(.down) / 1_000, places: 3) ?? ""
        log.add(
          place,
          "'\(key)' could be more than \(HumanFormat.number(most)), expected at most \(share)%")
        return nil
      }
      return .continued(chance)
    }
    guard let law = number(fields, key, most: most) else { return nil }
    if law.highest < least {
      log.add(node.place, "'\(key)' must be at least \(HumanFormat.count(Int64(least)))")
    }
    return .drawn(law)
  }

  private func readSizes(_ fields: Fields, into level: inout ConversationLevel) {
    level.turns = count(fields, "turns", least: 1, most: Self.mostTurns) ?? level.turns
    level.abandon = fields.share("abandon") ?? 0
    level.user = tokens(fields, "user") ?? level.user
    level.answer = tokens(fields, "answer") ?? level.answer
    level.reasoning = tokens(fields, "reasoning") ?? level.reasoning
    let times = DistributionReader(log: log, unit: .microseconds)
    level.think = fields["think"].flatMap(times.read) ?? level.think
    if level.mayGoOn, !fields.has("think") {
      log.add(
        fields.place, "'think' is missing in this conversation, which can have a second turn")
    }
  }

  private func readPrefix(
    _ fields: Fields, isFork: Bool, into level: inout ConversationLevel
  ) {
    guard let node = fields["prefix"] else { return }
    if isFork {
      log.add(node.place, "'prefix' and 'fork' exclude each other: a fork has its parent's")
      return
    }
    if case .scalar = node.content {
      level.prefixTokens = .fixed(Double(log.count(node, in: 0...Self.largestTokens) ?? 0))
      return
    }
    guard let prefix = Fields(node, as: ScenarioFormat.conversationPrefix, log: log) else { return }
    level.prefixSharing = prefix.choice("per", of: PrefixSharing.self) ?? .all
    level.prefixTokens = tokens(prefix, "tokens") ?? level.prefixTokens
    if case .fixed = level.prefixTokens { return }
    if level.prefixSharing != .conversation, let place = prefix["tokens"]?.place {
      log.add(
        place, "what conversations share has one length, expected a whole number",
        hint: "drawn lengths need 'per: conversation'")
    }
  }

  private func tools(_ fields: Fields) -> ConversationLevel.Tools? {
    var tools = ConversationLevel.Tools()
    tools.steps = count(fields, "steps", least: 0, most: Self.mostSteps) ?? tools.steps
    tools.parallel = number(fields, "parallel", most: Self.mostParallel) ?? tools.parallel
    tools.call = tokens(fields, "call") ?? tools.call
    tools.result = tokens(fields, "result") ?? tools.result
    let times = DistributionReader(log: log, unit: .microseconds)
    tools.time = fields["time"].flatMap(times.read) ?? tools.time
    let step = max(1, tools.parallel.least) * tools.result.least
    if step > Double(Self.largestTokens), let place = fields["result"]?.place {
      log.add(
        place,
        "the results of a step are \(HumanFormat.number(step)) tokens, expected at most "
          + HumanFormat.count(Self.largestTokens))
    }
    return tools
  }

  // MARK: Rules

  private enum Life: String, CaseIterable { case short, long }

  private func readRules(_ fields: Fields, into level: inout ConversationLevel) {
    level.rules.keptReasoning =
      fields.choice("keep_reasoning", of: ConversationRules.KeptReasoning.self) ?? .none
    level.rules.marks.breakpoints =
      fields.choice("breakpoints", of: CacheMarks.Breakpoints.self) ?? .rolling
    if let node = fields["lifetime"] { readLifetime(node, into: &level.rules.marks) }
    if let full = fields.fields("full", as: ScenarioFormat.fullContext) {
      readFull(full, into: &level)
    }
  }

  private func readLifetime(_ node: YAMLNode, into marks: inout CacheMarks) {
    if case .scalar = node.content {
      let isLong = log.choice(node, of: Life.self) == .long
      (marks.prefixIsLong, marks.restIsLong) = (isLong, isLong)
      return
    }
    guard let fields = Fields(node, as: ScenarioFormat.lifetime, log: log) else { return }
    marks.prefixIsLong = fields.choice("prefix", of: Life.self) == .long
    marks.restIsLong = fields.choice("rest", of: Life.self) == .long
    if marks.restIsLong, !marks.prefixIsLong {
      log.add(
        node.place, "long comes behind short, which providers refuse: expected a long 'prefix'")
    }
  }

  private func readFull(_ fields: Fields, into level: inout ConversationLevel) {
    guard let action = fields.choice("do", of: ScenarioFormat.FullAction.self),
      let limit = fields["at"].flatMap(limit)
    else { return }
    if action != .compact {
      for key in ["instruction", "keep", "model"] {
        guard let place = fields[key]?.place else { continue }
        log.add(place, "'\(key)' needs 'do: compact'")
      }
    }
    if action == .fail, let place = fields["to"]?.place {
      log.add(place, "'to' and 'do: fail' exclude each other")
    }
    if action != .fail, !fields.has("to") {
      log.add(fields.place, "'to' is missing in this full context")
    }
    switch action {
    case .fail: level.rules.full = FullRule(at: limit, .fail)
    case .truncate:
      let to = fields.count("to", in: 0...Self.largestTokens) ?? 0
      checkShrinks(to: Double(to), limit, fields)
      level.rules.full = FullRule(at: limit, .truncate(to: to))
    case .compact:
      level.summary = tokens(fields, "to") ?? level.summary
      checkShrinks(to: level.summary.least, limit, fields)
      level.compactor = fields["model"].flatMap { models.id($0) }
      let keep = Int32(fields.count("keep", in: 0...Int64(Self.mostTurns)) ?? 0)
      let instruction = fields.count("instruction", in: 0...Self.largestTokens) ?? 0
      level.rules.full = FullRule(at: limit, .compact(instruction: instruction, keep: keep))
    }
  }

  /// What is cut to the size at which it is full would be cut again at every call.
  private func checkShrinks(to: Double, _ limit: FullRule.Limit, _ fields: Fields) {
    guard case .tokens(let at) = limit, to >= Double(at), let place = fields["to"]?.place else {
      return
    }
    log.add(
      place,
      "what is left is not below 'at' (\(HumanFormat.count(at))): \(HumanFormat.number(to)) tokens"
    )
  }

  private func limit(_ node: YAMLNode) -> FullRule.Limit? {
    guard let text = log.scalar(node, "tokens, or a percentage") else { return nil }
    guard text.hasSuffix("%") else {
      return log.count(node, in: 1...Self.largestTokens).map { .tokens($0) }
    }
    guard let share = log.share(node) else { return nil }
    let billionths = Int64((share * 1e9).rounded())
    guard billionths > 0 else {
      log.add(node.place, "must be more than 0%")
      return nil
    }
    return .windowShare(billionths)
  }

  // MARK: Kinds of calls

  /// What a conversation, or its tool steps, say in place of what holds for them otherwise.
  private func metered(_ node: YAMLNode?, else others: [YAMLNode.Entry]) -> [YAMLNode.Entry] {
    guard let node else { return others }
    let own = calls.callEntries(of: node).filter {
      ScenarioFormat.conversationMeterKeys.contains($0.key)
    }
    return own + others.filter { other in !own.contains { $0.key == other.key } }
  }

  private func addKinds(
    _ context: Context, _ node: YAMLNode, of level: inout ConversationLevel,
    to placed: inout [PlacedVariant]
  ) {
    func variant(_ entries: [YAMLNode.Entry]) -> PlacedVariant? {
      calls.variant(
        ofConversation: YAMLNode(content: .mapping(entries), place: node.place))
    }
    let entries = metered(node, else: context.defaults)
    let errors = log.count
    guard let base = variant(entries) else { return }
    // What is wrong with the others has been told.
    let tool =
      log.count == errors ? variant(metered(node["tools"], else: entries)) : base
    guard let tool else { return }
    func add(_ call: ConversationCall, turnClass: Int, isFirst: Bool) -> Int {
      var kind = call == .tool ? tool : base
      if call == .compaction { kind.variant.forgetMeters() }
      kind.variant.turnKind = call
      kind.variant.attributes[.kind] = call.name
      kind.variant.attributes[.turn] = String(turnStarts[turnClass])
      kind.variant.takeSizes(of: level, call)
      if case .windowShare? = level.rules.full?.limit, call != .compaction {
        kind.variant.fillsShareOfWindow = true
      }
      if !isFirst { kind.variant.prompts = .none }
      if call != .answer || !context.path.isEmpty { kind.variant.forgetQuality() }
      placed.append(kind)
      return placed.count - 1
    }
    let isUsers = context.path.isEmpty && base.variant.prompts != .none
    level.kinds = turnStarts.indices.map { turnClass in
      [
        add(.answer, turnClass: turnClass, isFirst: false),
        level.tools == nil ? -1 : add(.tool, turnClass: turnClass, isFirst: false),
        level.compacts ? add(.compaction, turnClass: turnClass, isFirst: false) : -1,
      ]
    }
    level.firstKinds = level.kinds[0]
    guard isUsers else { return }
    level.firstKinds[0] = add(.answer, turnClass: 0, isFirst: true)
    if level.tools != nil { level.firstKinds[1] = add(.tool, turnClass: 0, isFirst: true) }
  }
}

extension Variant {
  /// A summary is asked for in text, and of no other model.
  fileprivate mutating func forgetMeters() {
    (meters, uses, audio) = ([:], [], .fixed(0))
  }

  /// Nobody rates the call, or buys because of it.
  fileprivate mutating func forgetQuality() {
    (satisfaction, conversion, conversionValue) = (nil, nil, nil)
    ratedShare = 1
    quality = QualityRates()
  }
}
