import CostModel
import Scenarios
import Simulator
import Support

extension ReportMarkdown {
  /// What limits allow against what the largest plan asks for, and what came of it.
  package static func capacitySection(_ report: ScenarioReport) -> String {
    var text = ReportChart.hourlyLoad.markdown(report)
    for plan in report.plans where !plan.expectation.quotaLoads.isEmpty {
      if plan.plan == report.largestPlan?.plan { text += quotaTable(plan) }
    }
    if report.scenario.hasConversations,
      report.scenario.behaviours.contains(where: { !$0.quota.isUnlimited })
    {
      text +=
        "No formula tells what conversations ask of the limits: [performance.csv](performance.csv) "
      text += "has what the simulation saw.\n\n"
    }
    text += performanceTable(report)
    text += report.plans.map(saturation).joined() + runTable(report)
    return text.isEmpty ? "" : heading("Capacity") + text
  }

  /// More users than this, or a hundred times the plan's, will not come: a limit that only they
  /// would fill is none.
  private static let unreachableUsers = 1_000_000.0

  private static func quotaTable(_ plan: PlanReport) -> String {
    var table = MarkdownTable([
      .text("model"), .text("limit"), .number("allowed"), .number("asked for, mean"),
      .number("busiest hour"), .number("full at, mean"), .number("full at, busiest hour"),
    ])
    let most = max(unreachableUsers, Double(plan.plan.users) * 100)
    let loads = plan.expectation.quotaLoads
    let shown = loads.filter {
      min($0.saturatesAtUsersMean, $0.saturatesAtUsersBusiestHour) <= most
    }
    for load in shown {
      table.row([
        Markdown.escape(load.target), Markdown.escape(load.limit),
        DecimalText.trimmed(HumanFormat.number(load.allowed)),
        HumanFormat.number(load.offeredMean), HumanFormat.number(load.offeredBusiestHour),
        users(load.saturatesAtUsersMean, most), users(load.saturatesAtUsersBusiestHour, most),
      ])
    }
    let rest = loads.count - shown.count
    let limit = HumanFormat.wholeUsers(most)
    let note =
      rest == 0
      ? ""
      : "\(HumanFormat.plural(Int64(rest), "more limit")) would not be full with \(limit) users.\n\n"
    guard !table.isEmpty else { return note }
    return
      "What \(name(plan.plan)) ask for, and how many users would fill each limit, in proportion "
      + "(`solve --for users --max-quota-use 100%` deals account plans and kinds of users anew for each "
      + "number, in whole users, and so may end a few users off). The busiest hour is the clock hour in "
      + "which most is expected to be asked for, of all days of the period; of audio, the busiest "
      + "day:\n\n"
      + table.text + note
  }

  private static func users(_ value: Double, _ most: Double) -> String {
    value <= most ? HumanFormat.wholeUsers(value) + " users" : "–"
  }

  /// What happened where a limit or a breaker did anything, or nearly.
  private static func performanceTable(_ report: ScenarioReport) -> String {
    var plans = report.plans
    let count = plans.reduce(0) { $0 + $1.result.performance.count(where: isNoteworthy) }
    let isShort = count > longestTable && plans.count > 2
    if isShort { plans = smallestAndLargest(report) }
    var table = MarkdownTable([
      .text(report.unit), .text("model"),
      .number("busiest minute"), .number("queued"),
      .number("p95 wait"), .number("throttled"), .number("fallback calls"),
      .number("breaker trips"), .text("saturated"),
    ])
    var isOverOne = false
    for plan in plans {
      for target in plan.result.performance where isNoteworthy(target) {
        isOverOne = isOverOne || target.quotaUtilisationPeak ?? 0 > 1
        table.row([
          name(plan.plan), Markdown.escape(target.model),
          target.quotaUtilisationPeak.map { HumanFormat.percent($0) } ?? "–",
          HumanFormat.count(target.queuedCalls), wait(target),
          HumanFormat.count(target.throttledCalls), HumanFormat.count(target.fallbackCalls),
          HumanFormat.count(target.breakerTrips), target.saturated ? "**yes**" : "no",
        ])
      }
    }
    guard !table.isEmpty else { return "" }
    var text = "What the simulation saw, where calls waited, were turned away or came near a limit"
    text += isShort ? " (for the plans between, see [performance.csv](performance.csv))" : ""
    text += ":\n\n" + table.text
    if isOverOne {
      text +=
        "A minute over 100 % is no error: a limit lets through its burst on top of its rate, so "
      text += "that a single minute may start more than a minute's worth.\n\n"
    }
    return text
  }

  private static let longestTable = 16

  package static func smallestAndLargest(_ report: ScenarioReport) -> [PlanReport] {
    let smallest = report.plans.min { $0.plan.users < $1.plan.users }
    guard let smallest, let largest = report.largestPlan else { return [] }
    return smallest.plan == largest.plan ? [largest] : [smallest, largest]
  }

  /// The 95th percentile of all attempts' waits; most wait not at all.
  private static func wait(_ target: TargetPerformance) -> String {
    target.queue.percentile(95) == 0 ? "–" : HumanFormat.percentile(target.queue, 95)
  }

  private static func isNoteworthy(_ target: TargetPerformance) -> Bool {
    (target.quotaUtilisationPeak ?? 0 >= 0.8 && target.attempts > 0) || target.queuedCalls > 0
      || target.throttledCalls > 0 || target.breakerTrips > 0 || target.fallbackCalls > 0
      || target.otherRegionCalls > 0 || target.saturated
  }

  /// What limits on whole flows and conversations did.
  private static func runTable(_ report: ScenarioReport) -> String {
    guard report.replay == nil, report.scenario.limitsRuns else { return "" }
    let period = report.scenario.period
    var table = MarkdownTable([
      .text("plan"), .text("workload"), .number("runs at once"), .number("most at once"),
      .number("started"), .number("waited"), .number("p95 wait"), .number("refused"),
      .number("time full"),
    ])
    for plan in report.plans {
      for flow in plan.result.flows {
        let workload = report.scenario.workloads.first { $0.name == flow.workload }
        guard let limit = workload?.runLimit else { continue }
        let started = flow.waits.total
        let waited = flow.waits.buckets.reduce(0) { $0 + ($1.bucket > 0 ? $1.count : 0) }
        table.row([
          name(plan.plan), Markdown.escape(flow.workload),
          HumanFormat.count(Int64(limit.concurrent)), HumanFormat.count(flow.mostAtOnce),
          HumanFormat.count(started), HumanFormat.count(waited),
          waited == 0 ? "–" : HumanFormat.percentile(flow.waits, 95),
          HumanFormat.count(flow.refused),
          HumanFormat.share(
            Double(flow.fullTime), of: Double((period.end - period.start).microseconds)),
        ])
      }
    }
    return
      "Limits on whole runs, each from its first stage's start to its last stage's end. A run that is "
      + "refused makes no calls and costs nothing; time full is the share of the period in which no place "
      + "was free:\n\n" + table.text
  }

  private static func saturation(_ plan: PlanReport) -> String {
    let models = plan.result.performance.filter(\.saturated).map { Markdown.escape($0.model) }
    guard !models.isEmpty else { return "" }
    return "With \(name(plan.plan)), \(HumanFormat.list(models)) "
      + "\(models.count == 1 ? "is" : "are") saturated: on average more is asked for than the "
      + "limits allow, so calls wait ever longer or are turned away"
      + " (longest wait: \(HumanFormat.duration(plan.result.queueMax))).\n\n"
  }

  /// How long answers take, waiting included: the largest plan in a sentence, all in a chart.
  package static func latencySection(_ report: ScenarioReport) -> String {
    let isAnswered = report.plans.contains { $0.result.latency.total > 0 }
    guard isAnswered, let plan = report.largestPlan else { return "" }
    let chart = ReportChart.latency.markdown(report)
    let latency = plan.result.latency
    var text = heading("Latency")
    if latency.total > 0 {
      let subject = report.replay == nil ? "With \(name(plan.plan))" : "Under \(name(plan.plan))"
      let times = [50.0, 95, 99].map { HumanFormat.percentile(latency, $0) }
      text +=
        Set(times).count == 1
        ? "\(subject), nearly every answer takes \(times[0])"
        : "\(subject), half of the answers arrive within \(times[0]), 95 % within \(times[1]) and "
          + "99 % within \(times[2])"
      text += ", waiting included.\n\n"
    }
    return text + chart + firstTokens(report)
  }

  /// What people wait for where answers are streamed.
  private static func firstTokens(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("model"), .number("first token: median"), .number("p95"),
      .number("whole answer: median"), .number("p95"),
    ])
    for plan in report.plans {
      for target in plan.result.performance {
        guard let first = target.firstToken, first.total > 0 else { continue }
        table.row(
          [name(plan.plan), Markdown.escape(target.model)]
            + [first, target.latency].flatMap { histogram in
              [50, 95].map { HumanFormat.percentile(histogram, $0) }
            })
      }
    }
    guard !table.isEmpty else { return "" }
    return "\nStreamed answers begin before they end, which costs nothing:\n\n" + table.text
  }

  /// Calls that were larger than a context window; nothing where there were none.
  package static func windowSection(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("model"), .number("refused calls"), .number("cut attempts"),
      .number("tokens cut"),
    ])
    for plan in report.plans {
      for target in plan.result.performance where target.tooLongCalls + target.cutAttempts > 0 {
        table.row([
          name(plan.plan), Markdown.escape(target.model), HumanFormat.count(target.tooLongCalls),
          HumanFormat.count(target.cutAttempts), HumanFormat.count(target.cutTokens),
        ])
      }
    }
    guard !table.isEmpty else { return "" }
    return heading("Context windows")
      + "Calls whose input and answer are more than a model's context window holds. A refused call is "
      + "not billed there; it goes to the next model of its chain, or fails. A cut one is billed as "
      + "cut (`over_window` in the catalog):\n\n" + table.text
  }

  /// Models of the chains that cannot do the task of some calls, and how many calls failed for want of one.
  package static func unaskedSection(_ report: ScenarioReport) -> String {
    let own = report.replay == nil ? report.scenario.unaskedFallbacks : []
    let failed = report.plans.filter { $0.result.unaskedCalls > 0 }.map {
      "\(HumanFormat.count($0.result.unaskedCalls)) with \(name($0.plan))"
    }
    guard !own.isEmpty || !failed.isEmpty else { return "" }
    let counts =
      failed.isEmpty
      ? "No call failed for want of another model.\n\n"
      : "Calls that failed without being sent there: \(HumanFormat.list(failed)).\n\n"
    return heading("Fallbacks that are never asked")
      + "Some tasks take a capability of their name (`selection: needs`); a model of a chain of which "
      + "the catalog lists none is left out for them. " + counts
      + own.map { item in
        "- \(item.text { HumanFormat.list($0.map(Markdown.escape)) }).\n"
      }.joined() + (own.isEmpty ? "" : "\n")
  }

  package static func flowSection(_ report: ScenarioReport) -> String {
    let givesUp = report.plans.contains { $0.result.flows.contains { $0.givesUpWith != nil } }
    var table = MarkdownTable(
      [.text("plan"), .text("flow"), .number("started"), .number("completed"), .number("failed")]
        + (givesUp ? [.number("gave up")] : [])
        + [.number("median"), .number("p95"), .number("p99")])
    for plan in report.plans {
      for flow in plan.result.flows {
        table.row(
          [
            name(plan.plan), Markdown.escape(flow.workload), HumanFormat.count(flow.started),
            HumanFormat.count(flow.completed), HumanFormat.count(flow.failed),
          ] + (givesUp ? [flow.givesUpWith == nil ? "–" : HumanFormat.count(flow.gaveUp)] : [])
            + [50, 95, 99].map { HumanFormat.percentile(flow.latency, $0) })
      }
    }
    guard !table.isEmpty else { return "" }
    return heading("Flows")
      + "Work of several calls, from its start to its end, delays included:\n\n"
      + table.text + roundSentences(report)
  }

  /// Of flows whose tools force further rounds: how many there were, and how many of them got no reply.
  private static func roundSentences(_ report: ScenarioReport) -> String {
    guard let plan = report.largestPlan else { return "" }
    return plan.result.flows.compactMap { flow -> String? in
      guard let error = flow.givesUpWith, flow.started > 0,
        let workload = report.scenario.workloads.first(where: { $0.name == flow.workload })
      else { return nil }
      let expected = workload.expectedRounds
      let started = Double(flow.started)
      let rounds = 1 + Double(flow.furtherRounds) / started
      return "\(Markdown.escape(flow.workload)): a round that calls a tool forces another one. "
        + "With \(name(plan.plan)) a flow had \(hundredths(rounds)) rounds on average; "
        + "\(HumanFormat.count(flow.completed)) of \(HumanFormat.count(flow.started)) got a reply, and "
        + "\(HumanFormat.count(flow.gaveUp)) (\(HumanFormat.share(Double(flow.gaveUp) / started))) "
        + "called a tool in the last round still and ended in the error “\(Markdown.escape(error))”, "
        + "all of their calls billed. Without a failed call the formula says "
        + "\(hundredths(expected.rounds)) rounds and "
        + "\(HumanFormat.share(expected.givesUp)).\n\n"
    }.joined()
  }

  private static func hundredths(_ value: Double) -> String {
    DecimalText.real(value, places: 2) ?? "–"
  }
}
