import CostModel
import Foundation
import ReferenceEngine
import Testing

@testable import Reports
@testable import Scenarios
@testable import Simulator
@testable import Support

/// Logs replayed beside an implementation of docs/semantics.md that shares nothing with the
/// simulator, compared by the text of calls.csv.
///
/// Mutations of CostModel that were tried by hand, each of which this test caught: a response or a
/// prompt block that is live at its very expiry; a failure that counts at the window's very end;
/// an outcome that is ignored when the breaker's open time ends; a queued call that starts a
/// microsecond late where the wait divides exactly; live blocks after the first that is not.
@Suite struct ReplayAgainstReferenceTests {
  /// In parts, which may run beside each other.
  static let logs = 2_000
  static let parts: UInt64 = 4

  @Test(arguments: 0..<parts) func everyLedgerAgrees(part: UInt64) throws {
    let folder = try TraceFolder()
    var seeds = TestRandom(seed: 0x10_66ED + part)
    var seen = Coverage()
    for _ in 0..<Self.logs / Int(Self.parts) {
      let seed = seeds.bits()
      let log = RandomLog(seed: seed)
      let found = try ledger(of: log, in: folder)
      let expected = reference(log)
      seen.add(expected.rows, expected.actions)
      if log.isPlain, PlanEngine.foresees(log.scenario) { seen.addPlain(expected.rows) }
      if found == expected.text { continue }
      let lines = zip(found.split(separator: "\r\n"), expected.text.split(separator: "\r\n"))
      let place = lines.first { $0.0 != $0.1 }
      Issue.record(
        """
        seed \(seed), first difference (found, then expected):
        \(place.map { "\($0.0)\n\($0.1)" } ?? "the number of rows")
        """)
      return
    }
    // What never happens is not compared.
    #expect(seen.isComplete, "\(seen)")
  }

  private func ledger(of log: RandomLog, in folder: TraceFolder) throws -> String {
    let path = try folder.write(log.text)
    let outputs = Outputs()
    let file = try CallsFile(
      path: folder.path + "/calls.csv", among: outputs, dialect: .rfc4180)
    let replay = Replay(path: path, format: "canonical") { _ in
      var options = TraceOptions()
      options.blockSize = 4_096
      return options
    }
    let variants = [Replay.Variant(name: "random", scenario: log.scenario)]
    let told = try replay.outcomes(
      of: variants, threads: 1, log: CallLog { try file.append($0, $1) })
    try file.finish()
    try outputs.commit()
    if PlanEngine.foresees(log.scenario) {
      let untold = try replay.outcomes(of: variants, threads: 1)
      #expect(
        "\(untold[0].result)" == "\(told[0].result)", "calls may be booked as they arrive")
    }
    return try String(contentsOfFile: folder.path + "/calls.csv", encoding: .utf8)
  }

  private func reference(
    _ log: RandomLog
  ) -> (rows: [ReferenceRow], actions: [Int?], text: String) {
    let scenario = log.scenario
    let compiled = CompiledScenario(scenario)
    let draws = Draws(seed: scenario.seed, run: 1)
    let untold = UntoldDraws(scenario, draws)
    var replay = ReferenceReplay(scenario, policy: log.policy)
    replay.meters = log.meters
    return replay.ledger(of: log.rows) { rank in
      let word = draws.block(.call, call: UInt64(rank), user: 0, workload: Draws.traceKey)
      return .init(route: word.2.unit, cache: word.3.unit, untold: untold.draws(rank))
    } draw: { rank, attempt, target in
      let word = draws.block(
        .attempt, call: UInt64(rank), user: 0, workload: Draws.traceKey, part: UInt64(attempt))
      return (word.0.unit, compiled.tables.draw(compiled.attemptDraws[target].latency, word.1))
    }
  }

  /// Who and what is drawn for things that the log does not tell.
  private struct UntoldDraws {
    let draws: Draws
    let activity: (own: [Double], alias: [Int])
    let pool: PromptPool

    init(_ scenario: Scenario, _ draws: Draws) {
      self.draws = draws
      var users = 1
      if case .dealt(let count) = scenario.replay.users { users = count }
      let population = Population(scenario, users: users, draws: draws)
      activity = AliasTable.build(weights: (0..<users).map(population.activity))
      guard case .pool(let size, let exponent, _) = scenario.replay.prompts else {
        pool = PromptPool(size: 1, exponent: 0)
        return
      }
      pool = PromptPool(size: size, exponent: exponent)
    }

    func draws(_ rank: Int) -> ReferenceStandIns.Draws {
      func block(_ block: DrawBlock) -> SplitMix.Block {
        draws.block(block, call: UInt64(rank), user: 0, workload: Draws.traceKey)
      }
      return .init(
        user: AliasTable.draw(own: activity.own, alias: activity.alias, block(.user).1),
        prompt: Int(pool.draw(block(.shape).3)))
    }
  }

  /// How often the rare things came.
  private struct Coverage: CustomStringConvertible {
    private var counts: [String: Int] = [
      "refused": 0, "moved": 0,
      "hits": 0, "queued": 0, "skipped": 0, "many attempts": 0, "failed": 0, "cached": 0,
      "fallbacks": 0, "unknown users": 0, "plain": 0, "plain hits": 0, "plain fallbacks": 0,
    ]

    /// Of logs that tell no more than most, which are booked by their rows where it can be.
    mutating func addPlain(_ rows: [ReferenceRow]) {
      for row in rows {
        count("plain", row.attempts == 1 && row.skipped == 0 && !row.isFailed)
        count("plain hits", row.cache == .hit)
        count("plain fallbacks", row.attempts == 1 && row.skipped > 0 && !row.isFailed)
      }
    }

    mutating func add(_ rows: [ReferenceRow], _ actions: [Int?]) {
      for (row, action) in zip(rows, actions) {
        count("refused", action != nil && row.isFailed && row.attempts == 0)
        count("moved", action != nil && !row.isFailed)
        count("hits", row.cache == .hit)
        count("queued", row.queue > 0)
        count("skipped", row.skipped > 0)
        count("many attempts", row.attempts > 2)
        count("failed", row.isFailed)
        count("cached", row.bill.cached > 0)
        count("fallbacks", row.attempts > 1 && !row.isFailed)
        count("unknown users", row.cache == .off)
      }
    }

    private mutating func count(_ name: String, _ happened: Bool) {
      counts[name, default: 0] += happened ? 1 : 0
    }

    var isComplete: Bool {
      counts.allSatisfy { $0.value > ($0.key.hasPrefix("plain") ? 30 : 100) }
    }
    var description: String { "\(counts)" }
  }
}

extension ReferenceReplay {
  init(_ scenario: Scenario, policy: ReferencePolicy) {
    self.init(scenario: ReferenceScenario(scenario), policy: policy)
    modelNames = scenario.catalog.models.map(\.name)
    providers = scenario.catalog.models.map(\.provider)
    switch scenario.cache.mode {
    case .off: cacheMode = .off
    case .rate: cacheMode = .rate
    case .keyed: cacheMode = .keyed
    }
    cacheClasses = scenario.cache.classes.mapValues(CacheClass.init)
    defaultCache = scenario.cache.defaultClass.map(CacheClass.init)
    standIns = ReferenceStandIns(scenario.replay)
    actions = (scenario.budget?.actions ?? []).map { action in
      Action(
        line: scenario.budget?.thresholds[action.line].name ?? "",
        conditions: Dictionary(
          uniqueKeysWithValues: action.conditions.map { ($0.attribute.name, $0.values) }),
        move: .init(action.effect, in: scenario))
    }
  }
}

extension ReferenceReplay.Action.Move {
  init(_ effect: BudgetAction.Effect, in scenario: Scenario) {
    switch effect {
    case .block, .shed, .cap: self = .none
    case .tier(let tier): self = .tier(tier, chain: (scenario.chains[tier] ?? []).map(\.index))
    case .policy(let policy): self = .policy(ReferencePolicy(policy))
    }
  }
}

extension ReferenceStandIns {
  init(_ settings: ReplaySettings) {
    self.init()
    switch settings.users {
    case .none: users = .none
    case .shared: users = .shared
    case .request: users = .request
    case .session: users = .session
    case .dealt: users = .dealt
    }
    sessionIsUser = settings.sessions == .user
    switch settings.prompts {
    case .none: prompts = .none
    case .unique: prompts = .unique
    case .pool(_, _, let perUser): prompts = .pool(perUser: perUser)
    }
    sessionBlock = settings.sessionBlock
  }
}

extension ReferenceReplay.CacheClass {
  init(_ settings: CacheSettings.Class) {
    self.init(ttl: settings.ttl.microseconds, hitRate: settings.hitRate)
  }
}
