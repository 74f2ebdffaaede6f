import CostModel
import Scenarios

/// How much the cost of a conversation varies: E C and E C², call by call, of sizes, numbers and gaps that
/// are drawn independently of each other.
///
/// Its state is x = (1, P, B, Q, C): the prompt that is sent, the context without what the turn drops, the
/// turn's first prompt, and the cost so far.
struct ConversationSpread {
  /// Dollars a token, and a call.
  struct Rates {
    var fresh = 0.0
    var read = 0.0
    var short = 0.0
    var long = 0.0
    var visible = 0.0
    var reasoning = 0.0
    /// Of a call, what it is metered for beside tokens included.
    var call = 0.0
    var callVariance = 0.0
  }

  let form: ConversationLevelForm
  /// By `ConversationCall`.
  let rates: [Rates]
  /// Thinking of a tool call and of an answer.
  var thinking = (tool: SizeLaw(), answer: SizeLaw())
  /// Dollars that the sub-agents of a step cost.
  var agents = SizeLaw()

  /// Dollars that a token of a prompt costs where nothing is read, and that reading it saves.
  private func price(_ rates: Rates) -> (plain: Double, saved: Double) {
    guard let cache = form.cache, form.storesPrompts else { return (rates.fresh, 0) }
    guard cache.match == .breakpoint else { return (rates.fresh, rates.fresh - rates.read) }
    let written = form.marks.restIsLong && cache.longTTL != nil ? rates.long : rates.short
    return (written, written - rates.read)
  }

  /// Dollars that a call costs more if it finds the prefix alone, or nothing.
  private func extra(_ rates: Rates) -> (prefix: Double, nothing: Double) {
    guard let cache = form.cache else { return (0, 0) }
    let (plain, saved) = price(rates)
    let isLong = form.marks.prefixIsLong && cache.longTTL != nil
    let write = cache.match == .block ? rates.fresh : isLong ? rates.long : rates.short
    guard form.storesPrefix else { return (0, 0) }
    guard form.storesPrompts else {
      return (form.prefixRead * (rates.read - rates.fresh), form.prefix * (write - rates.fresh))
    }
    return (-saved * form.prefixRead, form.prefix * (write - plain))
  }

  // MARK: Maps

  private static let (one, prompt, base, first, cost) = (0, 1, 2, 3, 4)

  private static var identity: MomentMap.Matrix {
    (0..<MomentMap.size).map { i in (0..<MomentMap.size).map { $0 == i ? 1 : 0 } }
  }

  /// A call is made, and the next one follows: what it finds of this one is booked here.
  /// - Parameters:
  ///   - kind, next: `ConversationCall`s.
  private func move(
    _ kind: ConversationCall, nextRates: Rates, gap: GapLaw, found: Double, isTurnEnd: Bool
  ) -> MomentMap {
    let rates = self.rates[Int(kind.rawValue)]
    let (out, thought) =
      kind == .tool ? (form.toolOutput, thinking.tool) : (form.answer, thinking.answer)
    let added = kind == .tool ? form.results : form.user
    let kept = kind == .tool ? form.keptOfTool.mean : form.keptOfAnswer.mean
    let hit = form.cache?.hitChance ?? 0
    let own = form.storesPrompts ? hit * form.stays(gap) * found : 0
    let alone =
      hit
      * (form.prefixAlone(gap)
        + (form.storesPrefix && form.storesPrompts
          ? form.stays(gap) * (1 - found) : 0))
    let extra = extra(nextRates)
    let stored = form.outputStored(of: out.mean)
    let lost =
      form.cache.map { $0.match == .block ? Double($0.step - 1) / 2 : 0 } ?? 0
    func matrix(_ branch: (MomentMap.Matrix) -> MomentMap.Matrix) -> MomentMap.Matrix {
      var a = branch(Self.identity)
      a[Self.cost][Self.prompt] += price(rates).plain
      a[Self.cost][Self.one] +=
        rates.call + rates.visible * out.mean + rates.reasoning * thought.mean
        + (kind == .tool ? agents.mean : 0)
      let growth = out.mean + added.mean
      guard isTurnEnd else {
        a[Self.prompt][Self.one] += growth + kept
        a[Self.base][Self.one] += growth + (form.dropsReasoning ? 0 : kept)
        return a
      }
      for row in [Self.prompt, Self.base, Self.first] {
        a[row] = [growth + kept, 0, 1, 0, 0]
      }
      return a
    }
    let saved = price(nextRates).saved
    let read = isTurnEnd && form.dropsReasoning ? Self.first : Self.prompt
    let branches: [(chance: Double, matrix: MomentMap.Matrix)] = [
      (
        own,
        matrix {
          var a = $0
          a[Self.cost][read] -= saved
          a[Self.cost][Self.one] -= saved * (stored - lost)
          return a
        }
      ),
      (
        alone,
        matrix {
          var a = $0
          a[Self.cost][Self.one] += extra.prefix
          return a
        }
      ),
      (
        max(0, 1 - own - alone),
        matrix {
          var a = $0
          a[Self.cost][Self.one] += extra.nothing
          return a
        }
      ),
    ]
    return MomentMap(
      branches, noise: noise(rates, out, thought, added, keeps: kept > 0, kind, isTurnEnd))
  }

  private func noise(
    _ rates: Rates, _ out: SizeLaw, _ thought: SizeLaw, _ added: SizeLaw, keeps: Bool,
    _ kind: ConversationCall, _ isTurnEnd: Bool
  ) -> [(Int, Int, Double)] {
    let lasting = out.variance + added.variance
    let kept = keeps ? thought.variance : 0
    let (c, o, r) = (Self.cost, rates.visible, rates.reasoning)
    let ofCost =
      o * o * out.variance + r * r * thought.variance + rates.callVariance
      + (kind == .tool ? agents.variance : 0)
    let both = o * out.variance + (keeps ? r * thought.variance : 0)
    guard !isTurnEnd else {
      let rows = [Self.prompt, Self.base, Self.first]
      let own = rows.indices.flatMap { i in
        rows.indices.filter { $0 >= i }.map { (rows[i], rows[$0], lasting + kept) }
      }
      return own + rows.map { ($0, c, both) } + [(c, c, ofCost)]
    }
    let ofBase = lasting + (form.dropsReasoning ? 0 : kept)
    return [
      (Self.prompt, Self.prompt, lasting + kept), (Self.prompt, Self.base, ofBase),
      (Self.base, Self.base, ofBase), (Self.prompt, c, both),
      (Self.base, c, form.dropsReasoning ? o * out.variance : both), (c, c, ofCost),
    ]
  }

  /// The last answer.
  private var end: MomentMap {
    let rates = self.rates[0]
    var a = Self.identity
    a[Self.cost][Self.prompt] = price(rates).plain
    a[Self.cost][Self.one] =
      rates.call + rates.visible * form.answer.mean + rates.reasoning * thinking.answer.mean
    let variance =
      rates.visible * rates.visible * form.answer.variance
      + rates.reasoning * rates.reasoning * thinking.answer.variance + rates.callVariance
    return MomentMap([(1, a)], noise: [(Self.cost, Self.cost, variance)])
  }

  /// What a kind of call costs at the mean over the kinds that may come next.
  private func mixed(tool share: Double) -> Rates {
    let (answer, tool) = (rates[0], rates[1])
    func mean(_ value: (Rates) -> Double) -> Double {
      share * value(tool) + (1 - share) * value(answer)
    }
    return Rates(
      fresh: mean(\.fresh), read: mean(\.read), short: mean(\.short), long: mean(\.long),
      visible: mean(\.visible), reasoning: mean(\.reasoning), call: mean(\.call))
  }

  /// Dollars of a conversation.
  var moments: CostMoments {
    let some = 1 - form.steps.none
    let later = form.steps.mean > 0 ? (form.steps.mean - some) / form.steps.mean : 0
    let step = move(
      .tool, nextRates: mixed(tool: later), gap: form.afterTool, found: 1, isTurnEnd: false)
    let turn = move(
      .answer, nextRates: mixed(tool: some), gap: form.afterAnswer,
      found: form.dropsReasoning ? form.foundBehindDropped : 1, isTurnEnd: true)
    let steps = step.repeated(form.steps)
    let all = end.after(steps).after(turn.after(steps).repeated(form.turns))
    let found = start
    let result = all.apply(found)
    let mean = result[MomentMap.place(Self.one, Self.cost)]
    let square = result[MomentMap.place(Self.cost, Self.cost)]
    return CostMoments(likeGamma: mean, square: square)
  }

  /// The first prompt, and what it finds.
  private var start: MomentMap.Moments {
    let rates = mixed(tool: 1 - form.steps.none)
    let found = form.storesPrefix ? (form.cache?.hitChance ?? 0) * form.kept : 0
    let extra = extra(rates)
    var a = Self.identity
    func opening(_ cost: Double) -> MomentMap.Matrix {
      a[Self.cost][Self.one] = cost
      return a
    }
    let map = MomentMap(
      [(found, opening(extra.prefix)), (1 - found, opening(extra.nothing))],
      noise: [Self.prompt, Self.base, Self.first].enumerated().flatMap { place, i in
        [Self.prompt, Self.base, Self.first].dropFirst(place).map {
          (i, $0, form.user.variance + form.prefixVariance)
        }
      })
    let first = form.firstPrompt
    return map.apply(MomentMap.point([1, first, first, first, 0]))
  }
}

extension CostMoments {
  /// With the third moment of a gamma law: of a conversation, of which no chance is told.
  init(likeGamma mean: Double, square: Double) {
    let variance = max(0, square - mean * mean)
    let third = mean > 0 ? 2 * variance * variance / mean : 0
    self.init(
      mean: mean, square: square, cube: third + 3 * mean * square - 2 * mean * mean * mean)
  }
}
