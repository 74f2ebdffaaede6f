import CostModel
import Support

/// The keys that say what conversations are like.
extension ScenarioFormat {
  /// Keys of a call that hold for all calls of a conversation.
  package static let conversationCallKeys: Set<String> = Set(
    Attribute.ofRules.map(\.name) + ["max_tokens", "max_tokens_covers", "batch", "service_tier"]
  ).union(conversationMeterKeys)
  /// Of these, what a conversation, and its tool steps, may state for themselves: what each of its calls
  /// is metered for beside tokens, and what it bills at other models.
  package static let conversationMeterKeys = Set(
    CallMeter.allCases.filter { $0.whole == nil }.map(\.key) + ["audio", "uses"])
  private static let meterFields = callFields.filter { conversationMeterKeys.contains($0.key) }
  /// Those that hold for the user's own conversation alone.
  package static let conversationOwnKeys: Set = [
    "prompts", "rated", "satisfaction", "conversion", "conversion_value",
  ]

  private static func tokens(
    _ key: String, _ summary: String, default standard: String? = nil, example: String? = nil,
    required: Bool = false
  ) -> FormatField {
    FormatField(
      key, .either([.count, .text, .object("distribution")]), summary, default: standard,
      example: example, required: required)
  }

  private static func duration(
    _ key: String, _ summary: String, default standard: String? = nil, example: String? = nil
  ) -> FormatField {
    FormatField(
      key, .either([.duration, .object("distribution")]), summary, default: standard,
      example: example)
  }

  package static let conversation = FormatObject(
    name: "conversation",
    summary:
      "Turns of a user and a model, each call of which sends all that was said before "
      + "(docs/semantics.md, \"Conversations\"). What is metered holds for each tool step and answer, in "
      + "place of what the workload says.",
    fields: [
      FormatField(
        "prefix", .either([.count, .object("conversation prefix")]),
        "Tools and system prompt, the first part of every prompt.", default: "0", example: "14300"),
      FormatField(
        "turns", .either([.count, .text, .object("how often")]),
        "Messages of the user, each with an answer.", default: "1", example: "{continue: 80%}"),
      FormatField(
        "abandon", .share, "Chance that the user leaves for good after an answer but the last.",
        default: "0%"),
      tokens("user", "Tokens of a user's message.", example: "{mean: 150, cv: 1}", required: true),
      tokens("answer", "Visible tokens of an answer.", example: "400", required: true),
      tokens("reasoning", "Thinking tokens of every call, billed like output.", default: "0"),
      FormatField(
        "keep_reasoning", .choice(ConversationRules.KeptReasoning.allCases.map(\.rawValue)),
        "What thinking is sent again: none, that of tool calls until the next turn, or all.",
        default: "none"),
      duration(
        "think", "From an answer to the user's next message; required if there can be one.",
        example: "{mean: 3min, cv: 2.5}"),
      FormatField(
        "tools", .object("tools"), "What the model calls before it answers.", default: "none"),
      FormatField(
        "agents", .map(.object("agent")), "Sub-agents that a tool step may start, by name.",
        default: "none", names: "agent"),
      FormatField(
        "breakpoints", .choice(CacheMarks.Breakpoints.allCases.map(\.rawValue)),
        "What requests ask the provider to keep: nothing, the prefix, the prefix and all of the prompt, "
          + "or all of the prompt alone.", default: "rolling"),
      FormatField(
        "lifetime", .either([.choice(lifetimes), .object("lifetime")]),
        "For how long: `ttl`, or `long_ttl` of the model's prompt cache.", default: "short"),
      FormatField(
        "full", .object("full context"), "What happens to a context that is full.",
        default: "it grows up to the model's window"),
    ] + meterFields)

  package static let lifetimes = ["short", "long"]

  package static let conversationPrefix = FormatObject(
    name: "conversation prefix", summary: "The first part of every prompt of a conversation.",
    fields: [
      tokens("tokens", "Its length; drawn with `per: conversation` alone.", required: true),
      FormatField(
        "per", .choice(PrefixSharing.allCases.map(\.rawValue)),
        "Whose conversations have the same.", default: "all"),
    ])

  package static let howOften = FormatObject(
    name: "how often", summary: "How often: a [distribution](#distribution), or a chance to go on.",
    fields: distribution.fields + [
      FormatField(
        "continue", .share, "Each one is followed by another one with that chance; below 100%.",
        example: "80%")
    ])

  package static let tools = FormatObject(
    name: "tools",
    summary:
      "Tool steps: each is a call that ends in tool calls, then their results. What is metered holds "
      + "for each of them, in place of what the conversation says.",
    fields: [
      FormatField(
        "steps", .either([.count, .text, .object("how often")]), "Tool steps of a turn, from 0.",
        example: "{continue: 85%}", required: true),
      tokens("parallel", "Tool calls of a step.", default: "1", example: "1..3"),
      tokens("call", "Output tokens of a step.", example: "90", required: true),
      tokens("result", "Tokens of each result.", example: "{mean: 900, cv: 2}", required: true),
      duration("time", "Until the slowest has ended.", default: "0", example: "{mean: 20s, cv: 3}"),
    ] + meterFields)

  package static let agent = FormatObject(
    name: "agent",
    summary: "A conversation that a tool step starts, and waits for. Keys of a call change the "
      + "workload's.",
    fields: [
      FormatField("chance", .share, "That a step starts any.", default: "100%"),
      tokens("parallel", "How many at once.", default: "1", example: "1..4"),
      tokens("result", "Tokens that each brings back.", default: "those of its last answer"),
      FormatField(
        "fork", .flag, "Begins with all that was said before, and has no prefix of its own.",
        default: "false"),
      FormatField(
        "conversation", .object("conversation"), "What it is like; nothing is inherited.",
        required: true),
    ] + callFields.filter { conversationCallKeys.contains($0.key) })

  package static let lifetime = FormatObject(
    name: "lifetime", summary: "For how long each part is kept; long must not come behind short.",
    fields: [
      FormatField("prefix", .choice(lifetimes), "The prefix.", default: "short"),
      FormatField("rest", .choice(lifetimes), "All behind it.", default: "short"),
    ])

  package static let fullContext = FormatObject(
    name: "full context", summary: "What happens where the next prompt is too long.",
    fields: [
      FormatField(
        "at", .either([.count, .share]),
        "The least prompt that is too long: tokens, or a share of the routed model's window.",
        example: "167000", required: true),
      FormatField(
        "do", .choice(FullAction.allCases.map(\.rawValue)),
        "`compact`: a call asks for a summary; `truncate`: the oldest turns are dropped; `fail`: the "
          + "conversation ends.", required: true),
      tokens("to", "Tokens of the summary, or of the prompt that is left.", example: "4000"),
      FormatField(
        "instruction", .count, "compact: tokens of the request for it.", default: "0",
        example: "300"),
      FormatField("keep", .count, "compact: whole last turns kept behind it.", default: "0"),
      FormatField(
        "model", .text, "compact: who is asked.", default: "routed like any call",
        example: "haiku"),
    ])

  package enum FullAction: String, CaseIterable { case compact, truncate, fail }
}
