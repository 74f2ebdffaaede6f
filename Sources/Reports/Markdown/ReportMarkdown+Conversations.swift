import CostModel
import Simulator
import Support

/// What prompt caches do to the bill, on the first screen.
package enum CachingWords {
  /// What all cells come to.
  package static func sum(_ cells: [CachingCell]) -> CachingTally.Cell {
    cells.reduce(into: CachingTally.Cell()) { $0 += $1.counts }
  }

  /// The share that is read, what that saves, and what expiry loses; nil without conversations.
  package static func sentences(_ plan: PlanReport, _ report: ScenarioReport, _ emphasis: String)
    -> String?
  {
    guard report.scenario.hasConversations else { return nil }
    let sum = sum(plan.result.caching)
    guard sum.input > 0 else { return nil }
    let written = sum.short + sum.long
    if sum.read + written == 0 {
      return
        "Nothing of the input is read from providers' caches or written to them at a price; if all "
        + "that had been sent before were read, it would be \(HumanFormat.share(Double(sum.achievable), of: Double(sum.input)))."
    }
    let read = HumanFormat.share(Double(sum.read), of: Double(sum.input))
    var text =
      "Of the input tokens \(emphasis)\(read)\(emphasis) are read from providers' caches and "
      + "\(HumanFormat.share(Double(written), of: Double(sum.input))) are written to them; if all "
      + "that had been sent before were read, it would be "
      + "\(HumanFormat.share(Double(sum.achievable), of: Double(sum.input))). "
    text +=
      sum.saved < .zero
      ? "Caching costs \(HumanFormat.usd(.zero - sum.saved)) more than it saves. "
      : "Caching saves \(emphasis)\(HumanFormat.usd(sum.saved))\(emphasis) of what the input would "
        + "cost without it. "
    return text + again(sum, isBilled: written > 0)
  }

  /// What had been sent before and is paid for again.
  private static func again(_ sum: CachingTally.Cell, isBilled: Bool) -> String {
    let missed = isBilled ? sum.lost : sum.achievable - sum.read
    guard missed > 0 else {
      return
        "Nothing that had been sent before is \(isBilled ? "written" : "paid for in full") again."
    }
    let tokens =
      "\(HumanFormat.plural(missed, "token")) that had been sent before, but had expired or "
      + (missed == 1 ? "was not found, is " : "were not found, are ")
    return isBilled
      ? tokens
        + "written again, which costs \(HumanFormat.usd(sum.lostCost)) more than reading them."
      : tokens + "paid for in full again."
  }
}

extension ReportMarkdown {
  /// Conversations of the largest plan: what they cost, turn by turn, and where they read little.
  package static func conversationSection(_ report: ScenarioReport) -> String {
    guard let plan = report.largestPlan, !plan.result.conversations.isEmpty else { return "" }
    return heading("Conversations") + "With \(name(plan.plan)).\n\n"
      + conversationTable(plan) + ReportChart.costByTurn.markdown(report)
      + plan.result.conversations.map { conversation($0, plan) }.joined()
      + cachingTable(plan)
  }

  private static func conversationTable(_ plan: PlanReport) -> String {
    var table = MarkdownTable([
      .text("workload"), .number("conversations"), .number("failed"), .number("abandoned"),
      .number("turns"), .number("calls"), .number("sub-agents"), .number("their calls"),
      .number("compactions"), .number("cost"), .number("of compactions"),
    ])
    for item in plan.result.conversations {
      table.row([
        Markdown.escape(item.workload), HumanFormat.count(item.started),
        HumanFormat.count(item.failed), HumanFormat.count(item.abandoned),
        HumanFormat.count(item.turns), HumanFormat.count(item.calls.reduce(0, +)),
        HumanFormat.count(item.agents), HumanFormat.count(item.agentCalls.reduce(0, +)),
        HumanFormat.count(compactions(item)), HumanFormat.usd(item.cost),
        HumanFormat.usd(item.compactionCost),
      ])
    }
    return table.text
  }

  private static func compactions(_ item: ConversationResult) -> Int64 {
    let place = Int(ConversationCall.compaction.rawValue)
    return item.calls[place] + item.agentCalls[place]
  }

  private static func conversation(_ item: ConversationResult, _ plan: PlanReport) -> String {
    guard item.ended > 0 else { return "" }
    let title = "### " + Markdown.escape(item.workload) + "\n\n"
    return title + costWords(item) + byTurn(item) + byCall(item) + cold(item)
  }

  private static func costWords(_ item: ConversationResult) -> String {
    func micro(_ percent: Double) -> String {
      item.costs.percentile(percent).map {
        HumanFormat.usd(MoneySum(picodollars: Int128($0) * 1_000_000))
      } ?? "–"
    }
    let mean = HumanFormat.usd(
      MoneySum(picodollars: item.cost.picodollars / Int128(max(1, item.ended))))
    var text = "A conversation costs **\(mean)** on average, half of them at most \(micro(50)), "
    text += "95 % at most \(micro(95))"
    if let share = item.topTenthShare {
      text += "; the dearest tenth has \(HumanFormat.share(share)) of the cost"
    }
    let busy = SimDuration(microseconds: Int64(item.busy / Int128(item.ended)))
    let lasted = SimDuration(microseconds: Int64(item.lasted / Int128(item.ended)))
    text += ". It lasts \(HumanFormat.duration(lasted)) on average, "
    text += "\(HumanFormat.duration(busy)) without the user's thinking."
    if item.overflows > 0 {
      text += " \(HumanFormat.plural(item.overflows, "call")) did not fit into a context window."
    }
    return text + "\n\n"
  }

  /// `7`, or `51 and later` for the last group.
  private static func rank(_ place: Int) -> String {
    place + 1 < ConversationResult.groups ? "\(place + 1)" : "\(place + 1) and later"
  }

  /// The first ten, then every fifth, and the last group.
  private static func isShown(_ place: Int) -> Bool {
    place < 10 || (place + 1) % 5 == 0 || place + 1 == ConversationResult.groups
  }

  private static func byTurn(_ item: ConversationResult) -> String {
    var table = MarkdownTable([
      .number("turn"), .number("conversations that reach it"), .number("cost"),
      .number("cost of a turn"),
    ])
    for (place, turn) in item.byTurn.enumerated() where turn.turns > 0 && isShown(place) {
      let mean = MoneySum(picodollars: turn.cost.picodollars / Int128(turn.turns))
      table.row([
        rank(place), HumanFormat.count(turn.turns), HumanFormat.usd(turn.cost),
        HumanFormat.usd(mean),
      ])
    }
    return table.isEmpty ? "" : "Cost by turn, sub-agents included:\n\n" + table.text
  }

  private static func byCall(_ item: ConversationResult) -> String {
    var table = MarkdownTable([
      .number("call"), .number("calls"), .number("median context"), .number("90 % at most"),
      .number("compactions"),
    ])
    for (place, sizes) in item.contextByCall.enumerated() where sizes.total > 0 && isShown(place) {
      table.row([
        rank(place), HumanFormat.count(sizes.total),
        sizes.percentile(50).map(HumanFormat.count) ?? "–",
        sizes.percentile(90).map(HumanFormat.count) ?? "–",
        HumanFormat.count(item.compactionsByCall[place]),
      ])
    }
    return table.isEmpty ? "" : "Context by call, in tokens, without sub-agents:\n\n" + table.text
  }

  private static func cold(_ item: ConversationResult) -> String {
    let all = item.cold.reduce(0, +)
    guard all > 0 else { return "" }
    var table = MarkdownTable([.text("why it was cold"), .number("attempts"), .number("share")])
    for reason in ColdReason.allCases where item.cold[reason.rawValue] > 0 {
      let count = item.cold[reason.rawValue]
      table.row([
        reason.words, HumanFormat.count(count),
        HumanFormat.share(Double(count), of: Double(all)),
      ])
    }
    return
      "Attempts that read less than half of what their conversation had sent before (a first call: of "
      + "its own prompt):\n\n"
      + table.text
  }

  private static func cachingTable(_ plan: PlanReport) -> String {
    var table = MarkdownTable([
      .text("workload"), .text("kind"), .text("model"), .number("input tokens"), .number("read"),
      .number("could be"), .number("written"), .number("saves"),
    ])
    for cell in plan.result.caching where cell.counts.input > 0 {
      let input = Double(cell.counts.input)
      table.row([
        Markdown.escape(cell.workload), cell.kind, Markdown.escape(cell.model),
        HumanFormat.count(cell.counts.input),
        HumanFormat.share(Double(cell.counts.read), of: input),
        HumanFormat.share(Double(cell.counts.achievable), of: input),
        HumanFormat.share(Double(cell.counts.short + cell.counts.long), of: input),
        HumanFormat.usd(cell.counts.saved),
      ])
    }
    return table.isEmpty
      ? "" : "What providers' caches do, as in [caching.csv](caching.csv):\n\n" + table.text
  }
}

extension ColdReason {
  fileprivate var words: String {
    switch self {
    case .noCache: "the model keeps nothing"
    case .minimum: "shorter than what is kept"
    case .first: "first call"
    case .compaction: "compacted before"
    case .truncation: "truncated before"
    case .fallback: "a fallback answered"
    case .change: "another model than before"
    case .chance: "not found by chance"
    case .lookback: "too far behind a mark"
    case .gap: "expired"
    }
  }
}
