import CostModel
import Scenarios

/// The prompt of a request of a log, and the blocks that it shares with its session: as the log
/// says, else as the scenario does.
package struct LoggedPrompts: Sendable {
  /// Far above any request; what lies beyond counts as new.
  private static let mostBlocks: Int64 = 65_536

  private let settings: ReplaySettings
  private let draws: Draws
  private let pool: PromptPool?
  private let isPerUser: Bool

  package init(settings: ReplaySettings, draws: Draws) {
    self.settings = settings
    self.draws = draws
    guard case .pool(let size, let exponent, let perUser) = settings.prompts else {
      (pool, isPerUser) = (nil, false)
      return
    }
    pool = PromptPool(size: size, exponent: exponent)
    isPerUser = perUser
  }

  /// Whether requests of a session share blocks where the log does not tell better.
  package var hasSessionBlocks: Bool { settings.sessionBlock != nil }

  /// Whether prompts that the log does not tell are all new.
  package var areNew: Bool { settings.prompts == .unique }

  /// Whether prompts that the log does not tell are drawn.
  package var areDrawn: Bool { pool != nil }

  /// Identifies the prompt of a request that the log does not tell by its rank in order of time; 0 if
  /// it has none.
  package func drawn(rank: Int64, account: UInt32) -> UInt64 {
    guard let pool, !isPerUser || account != Ledger.noUser else { return 0 }
    let word = draws.block(.shape, call: UInt64(rank), user: 0, workload: Draws.traceKey).3
    let owner = isPerUser ? UInt64(account) &+ 1 : 0
    let key = SplitMix.mixed(SplitMix.mixed(Draws.key(of: "replay") ^ owner) &+ pool.draw(word))
    return key == 0 ? 1 : key
  }

  /// Appends the blocks of the input that the session's requests share, if the scenario says that
  /// they do and the log does not tell better; returns their size, else 0.
  package func addBlocks(of row: TraceRecord, session: UInt64, to blocks: inout [UInt64]) -> Int64 {
    guard let size = settings.sessionBlock, session != 0, row.blockCount == 0, row.cached < 0
    else { return 0 }
    let key = SplitMix.mixed(session)
    let count = min(Self.mostBlocks, max(0, row.input) / size)
    for block in 0..<count { blocks.append(SplitMix.mixed(key &+ UInt64(block))) }
    return size
  }
}
