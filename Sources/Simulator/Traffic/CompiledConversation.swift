import CostModel
import Scenarios

/// A workload's conversations with every name turned into a number and every distribution into a table.
package struct CompiledConversation: Sendable {
  /// How often something comes.
  package struct Count: Sendable, BitwiseCopyable {
    /// nil: each one is followed by another one with that chance.
    package var sampler: Sampler?
    package var continuation = 0.0

    package init(_ count: ConversationLevel.Count, _ tables: inout SamplerTables) {
      switch count {
      case .drawn(let law): sampler = tables.sampler(for: law)
      case .continued(let chance): continuation = chance
      }
    }
  }

  package struct Tools: Sendable, BitwiseCopyable {
    package var steps: Count
    package var parallel: Sampler
    package var result: Sampler
    package var time: Sampler
  }

  package struct Agent: Sendable {
    package var name: String
    /// Of its name.
    package var key: UInt64
    package var level: Int
    package var chance: Double
    package var parallel: Sampler
    package var result: Sampler?
    package var isFork: Bool
  }

  /// One kind of conversation: a user's, or a sub-agent's. A class, since it is looked at for every call
  /// and a copy would have to hold on to all its parts.
  package final class Level: Sendable {
    package let rules: ConversationRules
    /// Tells its prefix from those of other levels and workloads.
    package let prefixKey: UInt64
    package let prefixSharing: PrefixSharing
    package let prefixTokens: Sampler
    package let turns: Count
    package let abandon: Double
    package let user: Sampler
    package let think: Sampler
    package let tools: Tools?
    package let agents: [Agent]
    /// By class of turns, then `ConversationCall`; negative: there is none.
    package let kinds: [[Int]]
    /// The kinds of the first call of all.
    package let firstKinds: [Int]

    init(
      _ level: ConversationLevel, path: String, firstKind: Int, _ tables: inout SamplerTables
    ) {
      func placed(_ kind: Int) -> Int { kind < 0 ? kind : kind + firstKind }
      rules = level.rules
      prefixKey = SplitMix.mixed(Draws.key(of: path) ^ SplitMix.step)
      prefixSharing = level.prefixSharing
      prefixTokens = tables.sampler(for: level.prefixTokens)
      turns = Count(level.turns, &tables)
      abandon = level.abandon
      user = tables.sampler(for: level.user)
      think = tables.sampler(for: level.think)
      tools = level.tools.map { tools in
        Tools(
          steps: Count(tools.steps, &tables), parallel: tables.sampler(for: tools.parallel),
          result: tables.sampler(for: tools.result), time: tables.sampler(for: tools.time))
      }
      agents = level.agents.map { agent in
        Agent(
          name: agent.name, key: Draws.key(of: agent.name), level: agent.level,
          chance: agent.chance, parallel: tables.sampler(for: agent.parallel),
          result: agent.result.map { tables.sampler(for: $0) }, isFork: agent.isFork)
      }
      kinds = level.kinds.map { $0.map(placed) }
      firstKinds = level.firstKinds.map(placed)
    }
  }

  /// What every call of a level asks for: plain numbers, where looking at them counts no references.
  package struct Facts: Sendable, BitwiseCopyable {
    package let turns: Count
    package let abandon: Double
    package let user: Sampler
    package let think: Sampler
    package let tools: Tools?
    /// Whether a turn or a call draws anything of the kind.
    package let drawsTurns: Bool
    package let drawsSteps: Bool
    package let hasAgents: Bool
    /// nil: no prompt is too long.
    package let limit: FullRule.Limit?
    package let marks: CacheMarks
    package let sharesPrefix: Bool
    /// Kinds of calls by `ConversationCall`, where all turns have the same; negative: they have not.
    package let answer: Int32
    package let tool: Int32
    /// Nothing is taken out of the context again.
    package let isAppended: Bool
    /// No conversation of the workload is forked from another one.
    package let isUnforked: Bool
  }

  package var levels: [Level]
  private let spec: ConversationSpec

  package init(
    _ spec: ConversationSpec, of workload: Workload, firstKind: Int,
    _ tables: inout SamplerTables
  ) {
    self.spec = spec
    var levels: [Level] = []
    for level in spec.levels {
      let path = ([workload.name] + level.path).joined(separator: "/")
      levels.append(Level(level, path: path, firstKind: firstKind, &tables))
    }
    self.levels = levels
  }

  /// By level.
  package var facts: [Facts] {
    let isUnforked = !levels.contains { $0.agents.contains(where: \.isFork) }
    return levels.map { level in
      let isUniform = level.kinds.count == 1
      let full = level.rules.full
      return Facts(
        turns: level.turns, abandon: level.abandon, user: level.user, think: level.think,
        tools: level.tools, drawsTurns: level.turns.sampler?.constant == nil,
        drawsSteps: level.tools?.steps.sampler.map { $0.constant == nil } ?? false,
        hasAgents: !level.agents.isEmpty, limit: full?.limit, marks: level.rules.marks,
        sharesPrefix: level.prefixSharing != .conversation,
        answer: isUniform ? Int32(level.kinds[0][0]) : -1,
        tool: isUniform ? Int32(level.kinds[0][1]) : -1,
        isAppended: (full == nil || full?.action == .fail) && level.rules.keptReasoning != .turn,
        isUnforked: isUnforked)
    }
  }

  /// The kind of a call.
  /// - Parameters:
  ///   - turn: from 0.
  ///   - isFirst: it is the first of the user's conversation.
  package func kind(level: Int, turn: Int, _ call: ConversationCall, isFirst: Bool) -> Int {
    let place = Int(call.rawValue)
    return isFirst && call != .compaction
      ? levels[level].firstKinds[place] : levels[level].kinds[spec.turnClass(of: turn)][place]
  }
}
