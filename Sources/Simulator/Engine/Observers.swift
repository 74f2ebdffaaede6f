import CostModel
import Scenarios

/// Everything that looks at what the engine does and changes none of it: alerts, tallies, ledgers of
/// single calls. Each is told of events (an attempt's end, a bill, a call's end), and costs a test of
/// one flag where nobody asks for it. What changes the course of calls (the budget's actions, breakers,
/// quotas) is not here.
package struct Observers: ~Copyable {
  package let hasRollingAlerts: Bool
  package var rolling: RollingWatch
  package let watchesAccounts: Bool
  package var accounts: AccountWatch
  package let watchesHours: Bool
  package var hours: HourWatch
  package let hasExperiments: Bool
  package var experiments: ExperimentTally
  package var returns: ReturnTally
  package var quality: QualityTally
  /// nil: the scenario has no conversations.
  package var conversations: ConversationTally?
  /// nil: nothing is told of providers' caches.
  package var caching: CachingTally?
  /// nil: no call states a meter, and no log tells any.
  package var meters: MeterTally?
  /// Set to look for calls that cost far more than others.
  package var outliers: OutlierFinder?
  /// Set to hold what a log says of its costs against what they are here.
  package var costCheck: CostCheck?
  /// Set to tell what a log's requests used of what they were billed for.
  package var use: LoggedUse?
  /// The ledger of single calls.
  package var log: CallLog?
  /// Rank of the call whose trace is collected; 0: none.
  package let watched: Int64
  package var trace: CallTrace?
  /// Some call is told of, in the per-call ledger or a trace.
  package let isTelling: Bool

  package init(
    _ compiled: CompiledScenario, population: Population, users: Int, ledgerRows: Int,
    log: CallLog?, watched: Int64
  ) {
    let scenario = compiled.scenario
    let rollingAlerts = scenario.alerts.filter { !$0.watchesAccounts }
    hasRollingAlerts = !rollingAlerts.isEmpty
    rolling = RollingWatch(
      alerts: rollingAlerts, start: scenario.period.start, cacheLatency: scenario.cache.latency)
    accounts = AccountWatch(alerts: scenario.alerts.filter(\.watchesAccounts))
    watchesAccounts = accounts.isOn
    watchesHours = !scenario.performanceHours.isEmpty
    hours = HourWatch(scenario.performanceHours, rows: ledgerRows, start: scenario.period.start)
    hasExperiments = !scenario.experiments.isEmpty
    experiments = ExperimentTally(scenario.experiments, users: users)
    returns = ReturnTally(compiled: compiled, population: population)
    quality = QualityTally(
      compiled: compiled, population: population, mostRows: SimulationLimits.mostTableRows)
    if scenario.hasConversations { conversations = ConversationTally(scenario) }
    if scenario.tellsCaching { caching = CachingTally(compiled, rows: ledgerRows) }
    if scenario.statesMeters { meters = MeterTally(rows: compiled.targets.count) }
    self.log = log
    self.watched = watched
    isTelling = log != nil || watched > 0
  }

  /// When alerts or hours look next, in microseconds.
  package var nextBoundary: Int64 { min(rolling.nextBoundary, hours.nextBoundary) }

  /// Lets alerts and hours look at what was until then.
  package mutating func check(upTo time: Int64) {
    if time >= rolling.nextBoundary { rolling.check(upTo: time) }
    if time >= hours.nextBoundary { hours.check(upTo: time) }
  }

  /// An attempt has ended.
  /// - Parameter row: of the ledger.
  @inline(__always)
  package mutating func attemptEnded(row: Int, isFailing: Bool, isTimedOut: Bool, at time: Int64) {
    if hasRollingAlerts { rolling.addAttempt(isTimedOut: isTimedOut, at: time) }
    if watchesHours {
      hours.addAttempt(row: row, isFailing: isFailing, isTimedOut: isTimedOut, at: time)
    }
  }

  /// Something has been billed.
  /// - Parameter row: of the ledger.
  @inline(__always)
  package mutating func billed(
    _ total: Money, _ usage: Usage, user: UInt32, month: Int, row: Int, at time: Int64
  ) {
    if watchesAccounts { accounts.add(total, user: user, month: month, at: time) }
    if watchesHours {
      hours.add(total, tokens: usage.inputTokens + usage.outputTokens, row: row, at: time)
    }
  }
}
