import CostModel
import Scenarios
import Support

extension InputChanges {
  package mutating func addWorkload(_ place: Int) {
    let (old, new) = (base.workloads[place], head.workloads[place])
    guard !old.stages.isEmpty, !new.stages.isEmpty else {
      let what = old.stages.isEmpty ? "new workload" : "workload removed:"
      add(.volume, "\(what) \(new.name)", part: .workload(place)) {
        $0.scenario.workloads[place] = new
      }
      return
    }
    addVolume(place, old, new)
    if addConversation(place, old, new) { return }
    guard old.hasSteps(of: new) else {
      add(.volume, "steps of \(new.name)", part: .workload(place)) {
        $0.scenario.workloads[place].stages = new.stages
      }
      return
    }
    addSteps(place, old, new)
    addMixes(place, old, new)
    addVariants(place, old, new)
  }

  private mutating func addVolume(_ place: Int, _ old: Workload, _ new: Workload) {
    if old.volume != new.volume {
      add(
        .volume, "calls per user and month of \(new.name)", GateWords.number(old.volume),
        GateWords.number(new.volume), part: .workload(place)
      ) { $0.scenario.workloads[place].volume = new.volume }
    }
    if old.volumeByAccountPlan != new.volumeByAccountPlan {
      add(.volume, "volume of \(new.name) by account plan", part: .workload(place)) {
        $0.scenario.workloads[place].volumeByAccountPlan = new.volumeByAccountPlan
      }
    }
    if old.useCase != new.useCase {
      add(.routing, "use case of \(new.name)", old.useCase, new.useCase) {
        $0.scenario.workloads[place].useCase = new.useCase
      }
    }
    if old.profile != new.profile {
      add(.timing, "hours of \(new.name)", part: .workload(place)) {
        $0.scenario.workloads[place].profile = new.profile
      }
    }
    if old.runLimit != new.runLimit {
      add(
        .failures, "runs of \(new.name) at once", Self.text(old.runLimit), Self.text(new.runLimit),
        part: .workload(place)
      ) { $0.scenario.workloads[place].runLimit = new.runLimit }
    }
    if old.arrivals != new.arrivals {
      add(.timing, "arrivals of \(new.name)", part: .workload(place)) {
        $0.scenario.workloads[place].arrivals = new.arrivals
      }
    }
  }

  private static func text(_ limit: RunLimit?) -> String {
    guard let limit else { return "any number" }
    let wait = limit.maxWait.map {
      $0 == .zero ? ", the rest refused" : ", the rest refused after \(ExactText.duration($0))"
    }
    return HumanFormat.count(Int64(limit.concurrent)) + (wait ?? "")
  }

  /// How often each step of a flow is taken.
  private mutating func addSteps(_ place: Int, _ old: Workload, _ new: Workload) {
    // How many calls a conversation makes follows from what it is like.
    guard new.conversation == nil else { return }
    let isSame = zip(old.stages, new.stages).allSatisfy { a, b in
      a.continuation == b.continuation && a.chance == b.chance && a.delay == b.delay
        && a.part == b.part && a.calls.map(\.probability) == b.calls.map(\.probability)
        && a.calls.map(\.called) == b.calls.map(\.called)
    }
    guard !isSame else { return }
    add(.volume, "how often the steps of \(new.name) are taken", part: .workload(place)) { state in
      for (s, stage) in new.stages.enumerated() {
        state.scenario.workloads[place].stages[s].continuation = stage.continuation
        state.scenario.workloads[place].stages[s].chance = stage.chance
        state.scenario.workloads[place].stages[s].delay = stage.delay
        state.scenario.workloads[place].stages[s].part = stage.part
        for (c, call) in stage.calls.enumerated() {
          state.scenario.workloads[place].stages[s].calls[c].probability = call.probability
          state.scenario.workloads[place].stages[s].calls[c].called = call.called
        }
      }
    }
  }

  private mutating func addMixes(_ place: Int, _ old: Workload, _ new: Workload) {
    for (s, stage) in new.stages.enumerated() {
      for (c, call) in stage.calls.enumerated() {
        let before = old.stages[s].calls[c].mix
        guard before.map(\.share) != call.mix.map(\.share) else { continue }
        let owner = call.name.isEmpty ? new.name : "\(new.name)/\(call.name)"
        add(
          .mix, "mix of \(owner)", Self.shares(before), Self.shares(call.mix),
          part: .workload(place)
        ) { state in
          for (v, variant) in call.mix.enumerated() {
            state.scenario.workloads[place].stages[s].calls[c].mix[v].share = variant.share
          }
        }
      }
    }
  }

  private static func shares(_ mix: [Variant]) -> String {
    mix.enumerated().filter { $0.element.share >= 0 }.map { place, variant in
      (variant.name.isEmpty ? "kind \(place + 1)" : variant.name) + " "
        + GateWords.share(variant.share)
    }.joined(separator: ", ")
  }

  // MARK: Variants

  /// A field of a variant that may differ.
  private struct VariantField {
    var cause: Cause
    var what: String
    var text: (Variant) -> String
    var copy: @Sendable (Variant, inout Variant) -> Void
    /// Whether a difference that the text does not show is one.
    var isSame: (Variant, Variant) -> Bool
    /// Of a conversation's call it follows from what the conversation is like.
    var followsFromConversation = false
  }

  private static func field<Value: Equatable & Sendable>(
    _ cause: Cause, _ what: String,
    _ path: WritableKeyPath<Variant, Value> & Sendable, _ text: @escaping (Value) -> String
  ) -> VariantField {
    VariantField(
      cause: cause, what: what, text: { text($0[keyPath: path]) },
      copy: { $1[keyPath: path] = $0[keyPath: path] },
      isSame: { $0[keyPath: path] == $1[keyPath: path] })
  }

  private static func uses(_ uses: [ModelUse]) -> String {
    let texts = uses.map { use in
      let tokens = [("input", use.input), ("output", use.output), ("audio", use.audio)]
        .filter { $0.1 != .fixed(0) }
      let meters = CallMeter.allCases.compactMap { meter in
        use.meters[meter].map { (meter.key, $0) }
      }
      return use.model + ": "
        + (tokens + meters).map { "\($0.0) \(GateWords.size($0.1))" }.joined(separator: ", ")
    }
    return texts.isEmpty ? "nothing" : texts.joined(separator: "; ")
  }

  private static var variantFields: [VariantField] {
    let meters = CallMeter.allCases.map { meter in
      field(.tokens, meter.key.replacing("_", with: " "), \.[meter], GateWords.size)
    }
    var sizes = [
      field(.tokens, "input tokens", \.input, GateWords.size),
      field(.tokens, "output tokens", \.output, GateWords.size),
      field(.tokens, "reasoning tokens", \.reasoning, GateWords.size),
    ]
    for place in sizes.indices { sizes[place].followsFromConversation = true }
    return meters + [
      field(.tokens, "tokens that are the whole input or output", \.drawnWhole) { whole in
        whole.isEmpty ? "none" : whole.values.map(\.key).sorted().joined(separator: ", ")
      },
      field(.tokens, "what it bills at other models", \.uses, Self.uses),
    ] + sizes + [
      field(.tokens, "seconds of audio", \.audio, GateWords.size),
      field(.tokens, "image tokens", \.frameTokens) { HumanFormat.count($0) },
      field(.tokens, "most output tokens", \.maxTokens) { $0.map(HumanFormat.count) ?? "none" },
      field(.tokens, "what most output tokens limit", \.limitedTokens) {
        $0 == .all ? "thinking and answer" : "answer"
      },
      field(.tokens, "static prefix", \.prefixTokens) { HumanFormat.count($0) },
      field(.cache, "prompts", \.prompts, GateWords.prompts),
      field(.cache, "who shares the static prefix", \.prefixSharing) { $0.rawValue },
      field(.cache, "lifetime of the static prefix", \.prefixIsLong) { $0 ? "long" : "short" },
      field(.cache, "name of the static prefix", \.prefixName) { $0 ?? "none" },
      field(.cache, "cache class", \.attributes[.cacheClass]) { $0 ?? "none" },
      field(.cache, "answers from the knowledge base", \.asksKnowledge) { $0 ? "yes" : "no" },
      field(.routing, "asks the classifier", \.isClassified) { $0 ? "yes" : "no" },
      field(.price, "batch", \.batch) { $0 ? "yes" : "no" },
      field(.price, "service tier", \.serviceTier) { $0 ?? "none" },
      VariantField(
        cause: .routing, what: "attributes", text: { GateWords.attributes($0.attributes) },
        copy: { new, variant in
          let cacheClass = variant.attributes[.cacheClass]
          variant.attributes = new.attributes
          variant.attributes[.cacheClass] = cacheClass
        },
        isSame: { GateWords.attributes($0.attributes) == GateWords.attributes($1.attributes) }),
    ]
  }

  /// Where a variant stands in its workload.
  private struct Spot: Sendable {
    var stage: Int
    var call: Int
    var variant: Int
    var name: String
    var new: Variant
  }

  /// Kinds of calls that change alike are told together.
  private mutating func addVariants(_ place: Int, _ old: Workload, _ new: Workload) {
    let spots = Self.spots(of: new)
    for field in Self.variantFields
    where new.conversation == nil || !field.followsFromConversation {
      var alike: [(from: String, to: String, spots: [Spot])] = []
      for spot in spots {
        let before = old.stages[spot.stage].calls[spot.call].mix[spot.variant]
        guard !field.isSame(before, spot.new) else { continue }
        let (from, to) = (field.text(before), field.text(spot.new))
        if let known = alike.firstIndex(where: { $0.from == from && $0.to == to }) {
          alike[known].spots.append(spot)
        } else {
          alike.append((from, to, [spot]))
        }
      }
      for change in alike {
        let owner = Self.owner(of: change.spots, in: new, among: spots.count)
        let copy = field.copy
        let changed = change.spots
        let part =
          changed.count == 1
          ? BillPart.variant(
            workload: place, stage: changed[0].stage, call: changed[0].call,
            variant: changed[0].variant) : .workload(place)
        add(
          field.cause, "\(field.what) of \(owner)", change.from, change.to, part: part
        ) { state in
          for spot in changed {
            copy(
              spot.new,
              &state.scenario.workloads[place].stages[spot.stage].calls[spot.call]
                .mix[spot.variant])
          }
        }
      }
    }
  }

  private static func spots(of workload: Workload) -> [Spot] {
    workload.stages.enumerated().flatMap { s, stage in
      stage.calls.enumerated().flatMap { c, call in
        call.mix.enumerated().map { v, variant in
          Spot(
            stage: s, call: c, variant: v,
            name: [call.name, variant.name].filter { !$0.isEmpty }.joined(separator: "/"),
            new: variant)
        }
      }
    }
  }

  private static func owner(of spots: [Spot], in workload: Workload, among count: Int) -> String {
    var names: [String] = []
    for spot in spots where !spot.name.isEmpty && !names.contains(spot.name) {
      names.append(spot.name)
    }
    if spots.count == count || names.isEmpty { return workload.name }
    return names.map { "\(workload.name)/\($0)" }.joined(separator: ", ")
  }
}
