import CostModel
import Support

/// Reads what calls look like. What a call leaves open, the workload says.
package struct CallReader {
  package static let largestTokens: Int64 = 100_000_000
  private static let keys = Set(ScenarioFormat.callFields.map(\.key))

  package let log: InputLog
  package let useCase: String

  /// The keys of a mapping that describe a call.
  package func callEntries(of node: YAMLNode) -> [YAMLNode.Entry] {
    guard case .mapping(let entries) = node.content else { return [] }
    return entries.filter { Self.keys.contains($0.key) }
  }

  /// A mapping with `defaults` where it is silent; values are replaced whole.
  private func completed(_ node: YAMLNode, with defaults: [YAMLNode.Entry]) -> YAMLNode {
    guard case .mapping(let entries) = node.content else { return node }
    let own = Set(entries.map(\.key))
    let missing = defaults.filter { !own.contains($0.key) }
    return YAMLNode(content: .mapping(entries + missing), place: node.place)
  }

  // MARK: Calls of a stage

  /// Calls that are made at the same moment, by name.
  package func parallel(
    _ entries: [YAMLNode.Entry], defaults: [YAMLNode.Entry],
    as object: FormatObject = ScenarioFormat.call
  ) -> PlacedStage {
    var result = PlacedStage(stage: Stage(calls: []), calls: [])
    for entry in entries {
      guard let (call, placed) = call(entry.value, defaults: defaults, as: object) else { continue }
      result.stage.calls.append(call)
      result.stage.calls[result.stage.calls.count - 1].name = entry.key
      result.calls += placed
    }
    return result
  }

  /// One call with its mix.
  package func call(
    _ node: YAMLNode, defaults: [YAMLNode.Entry], as object: FormatObject = ScenarioFormat.call
  ) -> (StageCall, [PlacedVariant])? {
    guard let fields = Fields(node, as: object, log: log) else { return nil }
    let inherited = callEntries(of: completed(node, with: defaults))
    let placed = mix(fields, defaults: inherited)
    var call = StageCall(
      probability: fields.share("probability") ?? 1, mix: placed.map(\.variant))
    if object.keys.contains("calls_model"), let share = fields.share("calls_model") {
      call.called = call.probability
      call.probability *= share
    }
    return (call, placed)
  }

  // MARK: Mix

  /// The kinds of calls under `mix`, or the one kind that the defaults describe.
  package func mix(_ fields: Fields, defaults: [YAMLNode.Entry]) -> [PlacedVariant] {
    guard let node = fields["mix"] else {
      let whole = YAMLNode(content: .mapping(defaults), place: fields.place)
      return variant(whole, alone: true).map { [$0] } ?? []
    }
    let nodes: [YAMLNode]
    var names: [String] = []
    switch node.content {
    case .sequence(let items): nodes = items
    case .mapping:
      let entries = log.entries(node) ?? []
      nodes = entries.map(\.value)
      names = entries.map(\.key)
    case .scalar:
      log.add(node.place, "expected a list of variants with shares, not \(node.kind)")
      return []
    }
    if nodes.isEmpty {
      log.add(node.place, "the mix is empty, expected at least one variant")
      return []
    }
    var variants = nodes.compactMap {
      variant(completed($0, with: defaults), alone: nodes.count == 1)
    }
    if variants.count == nodes.count {
      log.checkSum(variants.map(\.variant.share), of: "this mix", at: node.place)
      for (index, name) in names.enumerated() { variants[index].variant.name = name }
    }
    // What the tolerance lets pass, so that the draw need not care.
    let sum = variants.reduce(0) { $0 + $1.variant.share }
    if sum > 0, sum != 1 {
      for index in variants.indices { variants[index].variant.share /= sum }
    }
    return variants
  }

  /// What all calls of a conversation have in common.
  package func variant(ofConversation node: YAMLNode) -> PlacedVariant? {
    variant(node, alone: true)
  }

  private func variant(_ node: YAMLNode, alone: Bool) -> PlacedVariant? {
    guard let fields = Fields(node, as: ScenarioFormat.variant, log: log) else { return nil }
    if !alone, !fields.has("share") {
      log.add(node.place, "'share' is missing in this variant")
      return nil
    }
    let share = fields.has("share") ? fields.share("share") : 1
    guard let share else { return nil }
    var variant = Variant(share: share)
    readAttributes(fields, into: &variant)
    readSizes(fields, into: &variant)
    readBilling(fields, into: &variant)
    readQuality(fields, into: &variant)
    return PlacedVariant(
      variant: variant, place: node.place, promptsPlace: fields["prompts"]?.place,
      cacheClassPlace: fields["cache_class"]?.place, inputPlace: fields["input"]?.place,
      imagePlace: fields["image"]?.place)
  }

  // MARK: Keys of a call

  private func readAttributes(_ fields: Fields, into variant: inout Variant) {
    for attribute in Attribute.ofCalls {
      variant.attributes[attribute] = fields.text(attribute.name)
    }
    variant.attributes[.useCase] = useCase
    variant.msgs = fields.count("msgs", in: 1...Self.largestTokens) ?? 1
  }

  private func readSizes(_ fields: Fields, into variant: inout Variant) {
    let tokens = DistributionReader(log: log, unit: .count)
    variant.input = fields["input"].flatMap(tokens.read) ?? variant.input
    variant.output = fields["output"].flatMap(tokens.read) ?? variant.output
    variant.reasoning = fields["reasoning"].flatMap(tokens.read) ?? variant.reasoning
    let audio = DistributionReader(log: log, unit: .seconds)
    variant.audio = fields["audio"].flatMap(audio.read) ?? variant.audio
    let frames = fields.count("frames", in: 0...100_000) ?? 0
    let each = fields.count("tokens_per_frame", in: 0...1_000_000)
    if frames > 0, !fields.has("tokens_per_frame"), let place = fields["frames"]?.place {
      log.add(place, "'frames' needs 'tokens_per_frame'")
    }
    variant.frameTokens = frames * (each ?? 0)
    variant.maxTokens = fields.count("max_tokens", in: 1...Self.largestTokens)
    variant.limitedTokens = fields.choice("max_tokens_covers", of: LimitedTokens.self) ?? .all
    variant.image = ImageReader(log: log).images(fields)
    readMeters(fields, into: &variant)
  }

  private func readMeters(_ fields: Fields, into variant: inout Variant) {
    variant.meters = meters(CallMeter.allCases, fields)
    for entry in fields.entries("uses") {
      guard let own = Fields(entry.value, as: ScenarioFormat.use, log: log) else { continue }
      var use = ModelUse(model: entry.key)
      let tokens = DistributionReader(log: log, unit: .count)
      use.input = own["input"].flatMap(tokens.read) ?? use.input
      use.output = own["output"].flatMap(tokens.read) ?? use.output
      use.audio =
        own["audio"].flatMap(DistributionReader(log: log, unit: .seconds).read) ?? use.audio
      use.meters = meters(CallMeter.allCases.filter { $0.whole == nil }, own)
      variant.uses.append(use)
    }
    readWhole(.input, \.input, fields, into: &variant)
    readWhole(.output, \.output, fields, into: &variant)
  }

  private func meters(_ all: [CallMeter], _ fields: Fields) -> [CallMeter: Distribution] {
    var result: [CallMeter: Distribution] = [:]
    for meter in all {
      let reader = DistributionReader(log: log, unit: meter.dimension.isTime ? .seconds : .count)
      guard let law = fields[meter.key].flatMap(reader.read), law.largestValue > 0 else { continue }
      result[meter] = law
    }
    return result
  }

  /// A total that is not stated is the sum of its parts; one that is holds them all.
  private func readWhole(
    _ whole: CallMeter.Whole, _ path: WritableKeyPath<Variant, Distribution>, _ fields: Fields,
    into variant: inout Variant
  ) {
    let parts = variant.statedMeters.filter { $0.meter.whole == whole }
    guard let first = parts.first, let place = fields[first.meter.key]?.place else { return }
    if fields.has(whole.rawValue) {
      let least = parts.reduce(0) { $0 + $1.law.least }
      let most = variant[keyPath: path].largestValue
      if most < least {
        let keys = parts.map { "'\($0.meter.key)'" }.joined(separator: " and ")
        log.add(
          place,
          "\(keys) of \(HumanFormat.number(least)) tokens cannot be part of '\(whole.rawValue)', which "
            + "is at most \(HumanFormat.number(most))",
          hint: "'\(whole.rawValue)' counts all of its tokens")
      }
      return
    }
    let fixed = parts.compactMap { part -> Double? in
      if case .fixed(let value) = part.law { value } else { nil }
    }
    if fixed.count == parts.count {
      variant[keyPath: path] = .fixed(fixed.reduce(0, +))
    } else if parts.count == 1 {
      variant[keyPath: path] = first.law
      variant.drawnWhole[whole] = first.meter
    } else {
      log.add(place, "state '\(whole.rawValue)', of which these tokens are a part")
    }
  }

  private func readBilling(_ fields: Fields, into variant: inout Variant) {
    variant.prompts = fields["prompts"].flatMap(PromptsReader(log: log).read) ?? .unique
    if let node = fields["prefix"] { readPrefix(node, into: &variant) }
    variant.batch = fields.flag("batch") ?? false
    variant.serviceTier = fields.text("service_tier")
  }

  private func readQuality(_ fields: Fields, into variant: inout Variant) {
    variant.satisfaction = fields.share("satisfaction")
    variant.ratedShare = fields.share("rated") ?? 1
    variant.conversion = fields.share("conversion")
    variant.conversionValue = fields.revenue("conversion_value")
    variant.quality = QualityRates(
      sent: fields.share("sent"), engagement: fields.share("engagement"),
      responseTime: fields["response_time"].flatMap(
        DistributionReader(log: log, unit: .seconds).read),
      hallucination: fields.share("hallucination"),
      inappropriate: fields.share("inappropriate"),
      technicalError: fields.share("technical_error"))
    if let sent = variant.quality.sent, let conversion = variant.conversion, conversion > sent,
      let place = fields["sent"]?.place
    {
      log.add(place, "more answers sell than are sent, expected at least 'conversion'")
    }
    for (key, needed) in [("rated", "satisfaction"), ("conversion_value", "conversion")]
    where !fields.has(needed) {
      if let place = fields[key]?.place { log.add(place, "'\(key)' needs '\(needed)'") }
    }
  }

  private func readPrefix(_ node: YAMLNode, into variant: inout Variant) {
    if case .scalar = node.content {
      variant.prefixTokens = log.count(node, in: 0...Self.largestTokens) ?? 0
      return
    }
    guard let fields = Fields(node, as: ScenarioFormat.prefix, log: log) else { return }
    variant.prefixTokens = fields.count("tokens", in: 0...Self.largestTokens) ?? 0
    variant.prefixSharing = fields.choice("per", of: PrefixSharing.self) ?? .all
    variant.prefixName = fields.text("name")
    variant.prefixIsLong = fields.text("lifetime") == "long"
  }
}
