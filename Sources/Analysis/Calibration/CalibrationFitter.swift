import CostModel
import Scenarios
import Simulator

/// From what the two passes counted to a scenario's parameters.
package struct CalibrationFitter {
  package let sketch: LogSketch
  package let period: PeriodFit
  package let profiles: [ProfileFit]
  package let bursts: [BurstSketch.Fit]
  /// By workload; nil: its calls stand alone.
  package let conversations: [ConversationFit?]
  package let hasPolicy: Bool
  package let catalog: Catalog

  /// More kinds of calls than this in a workload are too many to read.
  private static let maximumKinds = 200

  package func calibration(_ facts: TraceFacts) -> Calibration {
    let tells = hasPolicy ? nil : ModelsByKind(sketch).distinguishing
    let overall = ProfileFit(sketch.week(ofWorkload: nil, in: period.period))
    let observed = period.observed(overall.profile, calls: sketch.calls)
    let isFilled = observed == period.months
    let all = names(facts.format).enumerated().map { number, name in
      workload(number, name: name, isFilled: isFilled, tells: tells)
    }
    let workloads = all.filter { !$0.kinds.isEmpty }
    let dispersion =
      zip(sketch.workloads, bursts).reduce(0.0) {
        $0 + Double($1.0.calls) * ($1.1.cv.map { $0 * $0 } ?? 1)
      } / Double(sketch.calls)
    return Calibration(
      facts: facts, period: period, users: sketch.userCalls.count,
      callsWithoutUser: sketch.callsWithoutUser,
      activity: ActivityFit(counts: sketch.arrivalsByUser, dispersion: dispersion),
      accountPlans: accountPlans(), workloads: workloads,
      leftOut: Calibration.LeftOut(
        kinds: all.reduce(0) { $0 + $1.leftOut.kinds },
        calls: all.reduce(0) { $0 + $1.leftOut.calls }), models: models(),
      rules: hasPolicy ? [] : rules(all, tells), modelAttribute: tells,
      callsWithoutModel: sketch.callsWithoutModel, unpriced: unpriced,
      blockCalls: sketch.blockCalls, sessionCalls: sketch.sessions.calls,
      sessions: sketch.sessions.repetition(perUser: false).distinct)
  }

  // MARK: Workloads

  /// The use cases' names; where the log has none, the format's.
  private func names(_ format: String) -> [String] {
    let stem = format.isEmpty ? "log" : format
    return sketch.workloads.map { $0.useCase ?? stem }
  }

  private func workload(
    _ number: Int, name: String, isFilled: Bool, tells: Attribute?
  ) -> Calibration.Workload {
    let own = sketch.workloads[number]
    let profile = profiles[number]
    let observed =
      isFilled ? period.months : period.observed(profile.profile, calls: sketch.calls)
    let users = Double(max(1, sketch.userCalls.count))
    let conversation = conversations[number]
    var (groups, merged, leftOut) = groups(number, tells: conversation == nil ? tells : nil)
    groups.sort { $0.cell.calls > $1.cell.calls }
    if conversation != nil, let first = groups.first {
      // A conversation has one kind of calls.
      merged = groups.count > 1 ? groups.count : 0
      groups = [(first.attributes, CallCell.merged(groups.map(\.cell)))]
    }
    let calls = own.calls - leftOut.calls
    let arrivals = conversation?.conversations ?? calls
    let dispersion = dispersion(number, profile, poisson: bursts[number].cv.map { $0 * $0 } ?? 1)
    let volume = FittedRange(
      Double(arrivals), error: (dispersion * Double(arrivals)).squareRoot())
    return Calibration.Workload(
      name: name, useCase: own.useCase, calls: calls,
      volume: volume.scaled(by: 1 / observed / users), dispersion: dispersion,
      factor: period.months / observed,
      profile: profile, burst: bursts[number], prompts: prompts(own),
      conversation: conversation,
      kinds: groups.map { kind($0.attributes, $0.cell, of: calls, dispersion) },
      mergedKinds: merged,
      leftOut: leftOut)
  }

  /// At most so many parts of the log are compared.
  private static let mostParts = 20

  /// How much more than Poisson arrivals equal parts of what the log has seen of the profile differ in
  /// their calls (χ² over its degrees of freedom), but no less: what one long burst does to the whole.
  /// - Parameter poisson: that of the gaps, where there are too few parts.
  private func dispersion(
    _ number: Int, _ profile: ProfileFit, poisson: Double
  ) -> Double {
    let timeline = Timeline(period: period.period, profile: profile.profile)
    let quarter = LogSketch.quarter
    let (first, last) = (period.first / quarter, period.last / quarter)
    let parts = min(Int64(Self.mostParts), last - first + 1)
    guard parts >= 5 else { return max(1, poisson) }
    func operational(_ quarters: Int64) -> Double {
      let time = min(max(quarters * quarter, period.first), period.last)
      return timeline.operational(at: SimTime(microseconds: time))
    }
    let whole = operational(last + 1) - operational(first)
    guard whole > 0 else { return max(1, poisson) }
    let edges = (0...parts).map { first + (last - first + 1) * $0 / parts }
    var counts = Array(repeating: 0.0, count: Int(parts))
    for (place, count) in sketch.arrivals(ofWorkload: number) {
      counts[min(edges.lastIndex { $0 <= place } ?? 0, counts.count - 1)] += Double(count)
    }
    let calls = counts.reduce(0, +)
    var (square, freedom) = (0.0, -1.0)
    for (part, count) in counts.enumerated() {
      let expected = calls * (operational(edges[part + 1]) - operational(edges[part])) / whole
      guard expected > 0 else { continue }
      square += (count - expected) * (count - expected) / expected
      freedom += 1
    }
    return freedom >= 4 ? max(1, square / freedom) : max(1, poisson)
  }

  private typealias Group = (attributes: CallAttributes, cell: CallCell)

  /// Calls alike in their attributes (and, if it matters, their model).
  private func groups(
    _ number: Int, tells: Attribute?
  ) -> ([Group], merged: Int, Calibration.LeftOut) {
    var byAttributes: [CallAttributes: [CallCell]] = [:]
    var order: [CallAttributes] = []
    for cell in sketch.cells(ofWorkload: number) {
      var attributes = sketch.kinds[cell.kind]
      attributes[.useCase] = nil
      attributes[.accountPlan] = nil
      if let tells, let model = cell.model { attributes[tells] = catalog[model].name }
      if byAttributes[attributes] == nil { order.append(attributes) }
      byAttributes[attributes, default: []].append(cell)
    }
    var leftOut = Calibration.LeftOut()
    var groups: [Group] = order.compactMap { attributes in
      let cells = byAttributes[attributes] ?? []
      let cell = CallCell.merged(cells)
      // Where no attribute tells the model, weights may send the calls to any.
      let reaching = tells == nil ? sketch.cells : cells
      guard cell.tellsNoSize, reaching.contains(where: billsSize) else { return (attributes, cell) }
      leftOut.kinds += 1
      leftOut.calls += cell.calls
      return nil
    }
    guard groups.count > Self.maximumKinds else { return (groups, 0, leftOut) }
    groups.sort { $0.cell.calls > $1.cell.calls }
    let rest = groups[(Self.maximumKinds - 1)...]
    let other: Group = (CallAttributes(), CallCell.merged(rest.map(\.cell)))
    return (Array(groups[..<(Self.maximumKinds - 1)]) + [other], rest.count, leftOut)
  }

  /// Whether the calls' model, as far as it is known, is none that is sold by the call or the month.
  private func billsSize(_ cell: CallCell) -> Bool {
    guard !hasPolicy, let model = cell.model else { return true }
    return catalog[model].billsUse
  }

  private func kind(
    _ attributes: CallAttributes, _ cell: CallCell, of calls: Int64, _ dispersion: Double
  ) -> Calibration.Kind {
    let cached = Double(cell.cached.sum)
    let total = cached + Double(cell.input.sum)
    let error = (cell.cached.variance / Double(max(1, cell.cached.count))).squareRoot()
    return Calibration.Kind(
      attributes: attributes,
      // Alone it is all of them.
      share: cell.calls == calls
        ? FittedRange(low: 1, likely: 1, high: 1)
        : FittedRange(share: Double(cell.calls), of: Double(calls), dispersion: dispersion),
      calls: cell.calls, input: SizeFit(cell.input), output: SizeFit(cell.output),
      reasoning: SizeFit(cell.reasoning), audio: SizeFit(cell.audio),
      meters: CallMeter.allCases.compactMap { meter in
        cell.meters[meter] == nil || !isPriced(meter)
          ? nil : SizeFit(cell.size(meter)).map { (meter, $0) }
      },
      cachedTokens: FittedRange(cell.cached.mean, error: error),
      cachedShare: total > 0 ? cached / total : 0, written: (cell.written, cell.writtenLong),
      maxTokens: maxTokens(cell))
  }

  /// Whether every model of the log bills it, or bills it as a part of its tokens.
  private func isPriced(_ meter: CallMeter) -> Bool {
    if meter.whole != nil { return true }
    let models = Set(sketch.cells.compactMap(\.model))
    return !hasPolicy && !models.isEmpty
      && models.allSatisfy { model in
        catalog[model].prices.allSatisfy { $0.statedDimensions.contains(meter.dimension) }
      }
  }

  /// What no fit has, in billed units.
  private var unpriced: [CallMeter: Int128] {
    var sums: [CallMeter: Int128] = [:]
    for cell in sketch.cells {
      for (meter, sketch) in cell.meters where !isPriced(meter) {
        sums[meter, default: 0] += sketch.sum
      }
    }
    return sums
  }

  private func maxTokens(_ cell: CallCell) -> Calibration.MaxTokens? {
    let stated = cell.maxTokens
    guard let low = stated.sorted.first?.low, let high = stated.sorted.last?.high else {
      return nil
    }
    // Thinking and answer are fitted apart, so the longest of both may meet.
    let longest =
      (cell.output.sorted.last?.high ?? 0) + (cell.reasoning.sorted.last?.high ?? 0)
    return Calibration.MaxTokens(
      value: max(1, longest, Int64(stated.mean.rounded())), calls: stated.count,
      low: low, high: high, mean: stated.mean)
  }

  // MARK: Prompts

  private func prompts(_ own: LogSketch.Workload) -> Calibration.Prompts? {
    guard own.prompts.calls > 0 else { return nil }
    let byUser = own.prompts.repetition(perUser: true)
    let shared = own.prompts.repetition(perUser: false)
    // Pools are the users' own unless users share what they repeat.
    let perUser = own.promptCalls.count > 1 && shared.distinct > 0.98 * byUser.distinct
    let seen = perUser ? byUser : shared
    return Calibration.Prompts(
      calls: own.prompts.calls, distinct: seen.distinct, isSample: own.prompts.isSample,
      perUser: perUser,
      pool: PoolFit(seen, streams: streams(own, perUser: perUser)),
      hitRates: byUser.hitRates)
  }

  /// How many calls draw from each pool.
  private func streams(
    _ own: LogSketch.Workload, perUser: Bool
  ) -> [(calls: Double, count: Double)] {
    guard perUser else { return [(Double(own.prompts.calls), 1)] }
    // Eight bins an octave would do; the sketch's are finer, so neighbours are put together.
    var sketch = SizeSketch()
    for count in own.promptCalls.values { sketch.add(count) }
    var result: [(calls: Double, count: Double)] = []
    for bin in sketch.sorted {
      if let last = result.last, bin.mean < last.calls * 1.1 {
        let count = last.count + Double(bin.count)
        let calls = (last.calls * last.count + bin.mean * Double(bin.count)) / count
        result[result.count - 1] = (calls, count)
      } else {
        result.append((bin.mean, Double(bin.count)))
      }
    }
    return result
  }

  // MARK: Users and models

  private func accountPlans() -> [(name: String, users: Int)] {
    guard !sketch.accountPlans.isEmpty, !sketch.accountPlans.contains(nil) else { return [] }
    var counts: [String: Int] = [:]
    for plan in sketch.accountPlans { counts[plan ?? "", default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func models() -> [Calibration.ModelFit] {
    var byModel: [ModelID: [CallCell]] = [:]
    for cell in sketch.cells {
      if let model = cell.model { byModel[model, default: []].append(cell) }
    }
    return byModel.sorted { $0.key.index < $1.key.index }.map { model, cells in
      let all = CallCell.merged(cells)
      return Calibration.ModelFit(
        model: model, calls: all.calls, failed: all.failed, judged: all.judged,
        latency: SizeFit(all.latency, unit: 1_000), usesPromptCache: all.cachedCalls > 0,
        hitChance: hitChance(all), keepsLong: cells.contains { $0.writtenLong > $0.written },
        answersConversations: conversation(of: cells) != nil,
        conversations: all.readTokens > 0 ? conversation(of: cells).map(Self.cache) : nil)
    }
  }

  /// That of the workload with most of these calls.
  private func conversation(of cells: [CallCell]) -> ConversationFit? {
    cells.sorted { $0.calls > $1.calls }.lazy
      .compactMap { conversations[sketch.workloadOfKind[$0.kind]] }.first
  }

  private static func cache(_ fit: ConversationFit) -> Calibration.ConversationCache {
    Calibration.ConversationCache(
      life: fit.life, longLife: fit.longLife, hitChance: fit.hitChance)
  }

  /// A ratio of tokens, known as well as the share of the calls that read.
  private func hitChance(_ cell: CallCell) -> FittedRange? {
    let all = Double(cell.cached.sum)
    guard Double(cell.readTokens) < all else { return nil }
    let chance = Double(cell.readTokens) / all
    let calls = FittedRange(share: Double(cell.readCalls), of: Double(cell.cachedCalls))
    return FittedRange(
      low: max(0, chance + calls.low - calls.likely), likely: chance,
      high: min(1, chance + calls.high - calls.likely))
  }

  private func rules(_ workloads: [Calibration.Workload], _ tells: Attribute?)
    -> [Calibration.Rule]
  {
    var rules: [Calibration.Rule] = []
    if let tells {
      for fit in models() {
        let name = catalog[fit.model].name
        rules.append(
          Calibration.Rule(
            name: name, condition: (tells, name), models: [(fit.model, 1)], calls: fit.calls))
      }
    } else if workloads.count > 1 {
      for (number, workload) in workloads.enumerated() {
        let cells = sketch.cells(ofWorkload: number)
        guard !workload.kinds.isEmpty, let useCase = workload.useCase, let mix = mix(cells) else {
          continue
        }
        rules.append(
          Calibration.Rule(
            name: workload.name, condition: (.useCase, useCase), models: mix,
            calls: workload.calls))
      }
    }
    if let mix = mix(sketch.cells) {
      rules.append(
        Calibration.Rule(
          name: rules.isEmpty ? "all" : "others", condition: nil, models: mix, calls: sketch.calls))
    }
    return rules
  }

  /// nil where no call names a model.
  private func mix(_ cells: [CallCell]) -> [(model: ModelID, share: Double)]? {
    var counts: [ModelID: Int64] = [:]
    for cell in cells { if let model = cell.model { counts[model, default: 0] += cell.calls } }
    let total = counts.values.reduce(0, +)
    guard total > 0 else { return nil }
    return counts.sorted { $0.key.index < $1.key.index }
      .map { ($0.key, Double($0.value) / Double(total)) }
  }
}
