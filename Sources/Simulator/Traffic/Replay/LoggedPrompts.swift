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
  /// By session and model, what its next request repeats.
  private var chains: [UInt64: Chain] = [:]

  private struct Chain {
    /// Resets so far.
    var number: UInt64 = 0
    var input: Int64 = 0
  }

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
  package mutating func addBlocks(
    of row: TraceRecord, session: UInt64, to blocks: inout [UInt64]
  ) -> Int64 {
    guard let size = settings.sessionBlock, session != 0, row.blockCount == 0 else { return 0 }
    let input = max(0, row.input)
    var key = SplitMix.mixed(session)
    var chain: UInt64 = 0
    if let least = settings.sessionReset {
      key = SplitMix.mixed(key ^ SplitMix.mixed(UInt64(row.model) &+ 1))
      chain = self.chain(key, input: input, least: least)
    }
    guard row.cached < 0 else { return 0 }
    let shared = settings.prefix / size
    let own = chain == 0 ? key : SplitMix.mixed(key ^ SplitMix.mixed(chain))
    let count = min(Self.mostBlocks, input / size)
    for block in 0..<count {
      blocks.append(SplitMix.mixed((block < shared ? key : own) &+ UInt64(block)))
    }
    return size
  }

  /// The number of the chain that a request goes on with.
  private mutating func chain(_ key: UInt64, input: Int64, least: Double) -> UInt64 {
    var chain = chains[key] ?? Chain()
    if Double(input) < least * Double(chain.input) { chain.number += 1 }
    chain.input = input
    chains[key] = chain
    return chain.number
  }
}
