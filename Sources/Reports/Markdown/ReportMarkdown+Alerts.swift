import CostModel
import Support

extension ReportMarkdown {
  /// Every alert of the budget; of the others, which come and go, how often, how long and how bad.
  package static func alertSection(_ report: ScenarioReport) -> String {
    guard report.scenario.budget != nil || !report.scenario.alerts.isEmpty else { return "" }
    let silent = report.plans.filter(\.result.alerts.isEmpty).map { name($0.plan) }
    var text = heading("Alerts") + ReportChart.alertTimeline.markdown(report)
    text += costAlerts(report) + accountAlerts(report) + episodes(report)
    if !silent.isEmpty { text += "No alert fires with \(HumanFormat.list(silent)).\n\n" }
    return text + unlikeStated(report)
  }

  private static func costAlerts(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("when"), .text("severity"), .text("alert"), .number("value"),
      .number("threshold"), .text("message"),
    ])
    for plan in report.plans {
      for alert in plan.result.alerts where alert.isOfBudget && alert.state == .fired {
        table.row([
          name(plan.plan), HumanFormat.moment(alert.at, in: report.scenario.period),
          alert.severity.rawValue, Markdown.escape(alert.rule), HumanFormat.usd(alert.value),
          HumanFormat.usd(alert.threshold), Markdown.escape(alert.message),
        ])
      }
    }
    return table.isEmpty ? "" : "Cost alerts:\n\n" + table.text
  }

  /// Of alerts on what an account spends in a month, how many accounts it was.
  private static func accountAlerts(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("alert"), .text("severity"), .text("message"),
      .number("accounts and months"), .text("first"), .text("last"),
    ])
    for plan in report.plans {
      for rule in report.scenario.alerts where rule.watchesAccounts {
        let fired = plan.result.alerts.filter {
          $0.rule == rule.name && $0.metric?.measure == rule.metric.measure
        }
        guard let first = fired.first, let last = fired.last else { continue }
        table.row([
          name(plan.plan), Markdown.escape(rule.name), rule.severity.rawValue,
          Markdown.escape(rule.message), HumanFormat.count(Int64(fired.count)),
          HumanFormat.moment(first.at, in: report.scenario.period),
          HumanFormat.moment(last.at, in: report.scenario.period),
        ])
      }
    }
    guard !table.isEmpty else { return "" }
    return "Accounts that spend more in a month (each is in [alerts.csv](alerts.csv)):\n\n"
      + table.text
  }

  private static func episodes(_ report: ScenarioReport) -> String {
    var table = MarkdownTable([
      .text("plan"), .text("alert"), .text("severity"), .text("message"), .number("fired"),
      .number("on for, in all"), .text("first"), .text("last"), .number("worst"),
    ])
    for plan in report.plans {
      for episodes in AlertEpisodes.all(plan.result.alerts, until: report.scenario.period.end) {
        let alert = episodes.first
        table.row([
          name(plan.plan), Markdown.escape(alert.rule), alert.severity.rawValue,
          Markdown.escape(alert.message), times(episodes.count),
          HumanFormat.duration(episodes.duration),
          HumanFormat.moment(alert.at, in: report.scenario.period),
          episodes.count == 1
            ? (episodes.isOn ? "still on at the end" : "–")
            : HumanFormat.moment(episodes.last.at, in: report.scenario.period)
              + (episodes.isOn ? ", still on at the end" : ""),
          alert.metric?.text(episodes.worst) ?? HumanFormat.number(episodes.worst),
        ])
      }
    }
    guard !table.isEmpty else { return "" }
    return "Alerts that come and go (every single one is in [alerts.csv](alerts.csv)):\n\n"
      + table.text
  }

  private static func times(_ count: Int64) -> String {
    count == 1 ? "once" : count == 2 ? "twice" : HumanFormat.count(count) + " times"
  }

  /// Rules of which another threshold is stated than they test.
  private static func unlikeStated(_ report: ScenarioReport) -> String {
    var text = ""
    for rule in report.scenario.alerts {
      guard let stated = rule.statedThreshold, stated != rule.threshold else { continue }
      text += "- The sources say that \(Markdown.escape(rule.name)) has the threshold "
      text += "\(rule.metric.text(stated)), but they test \(rule.metric.text(rule.threshold)).\n"
    }
    return text.isEmpty ? "" : text + "\n"
  }
}
