import CostModel
import Support

/// The keys that say how a provider keeps what it has read, and what the calls share of it.
extension ScenarioFormat {
  package static let promptCache = FormatObject(
    name: "prompt cache", summary: "What a provider keeps of the prompts that it has read.",
    fields: [
      FormatField(
        "preset", .choice(PromptCachePresets.names),
        "Stands for some of the keys below; a key that is stated beside it goes before.",
        default: "none", example: "anthropic"),
      FormatField(
        "ttl", .duration, "Since the last use; required without `preset`.", example: "5min"),
      FormatField(
        "long_ttl", .duration, "The longer time, for what a request asks to keep for long.",
        default: "none: as `ttl`", example: "1h"),
      FormatField("refresh", .flag, "Whether a use extends it.", default: "true"),
      FormatField("minimum_tokens", .count, "Shorter prefixes are not kept.", default: "0"),
      FormatField(
        "match", .choice(PromptCacheSettings.Match.allCases.map(\.rawValue)),
        "`block`: the longest prefix that was sent before is read, and writes are free; "
          + "`breakpoint`: what requests have marked is read, and written tokens are billed.",
        default: "the preset's; else `breakpoint` where the model has a `cache_write` price"),
      FormatField(
        "step", .count, "With `block`: reads are cut to a multiple of it.", default: "1",
        example: "128"),
      FormatField(
        "lookback", .count,
        "With `breakpoint`: places that are searched backwards from each mark, itself the first.",
        default: "all", example: "20"),
      FormatField(
        "lookback_counts", .choice(PromptCacheSettings.LookbackUnit.allCases.map(\.rawValue)),
        "What a place is: a part of the prompt, results of tools next to each other being one, or a "
          + "block of content.", default: "runs"),
      FormatField(
        "output_cached", .flag, "Whether the end of an answer is kept, too.", default: "false"),
      FormatField(
        "readable", .either([.choice(PromptCacheReader.readableWords), .duration]),
        "When others can read what an attempt has written: so long after its start, but no later than "
          + "its outcome.", default: "outcome with a preset or `breakpoint`, else start"),
      FormatField(
        "hit_chance", .share, "Chance that an attempt finds what is kept.", default: "100%",
        example: "90%"),
      FormatField(
        "flush", .list(.moment), "When everything in it is thrown away.", default: "never",
        example: "[2025-11-10T09:00]"),
    ])

  package static let prefix = FormatObject(
    name: "prefix", summary: "The static prefix that a provider's prompt cache may hold.",
    fields: [
      FormatField("tokens", .count, "Its length.", required: true),
      FormatField(
        "per", .choice(PrefixSharing.allCases.map(\.rawValue)),
        "Whose calls have the same: everybody's, a user's, or those of one flow.",
        default: "all"),
      FormatField(
        "name", .text,
        "Calls of the workload that name it share it: a longer one begins with each shorter one.",
        default: "calls of one kind and length share it", example: "tools"),
      FormatField(
        "lifetime", .choice(lifetimes),
        "For how long the provider is asked to keep it: `long` where its cache has a `long_ttl`.",
        default: "short"),
    ])

  package static let image = FormatObject(
    name: "image", summary: "Images that a call sends.",
    fields: [
      FormatField("width", .count, "Pixels.", example: "1024", required: true),
      FormatField("height", .count, "Pixels.", example: "1024", required: true),
      FormatField(
        "detail", .choice(SentImages.Detail.allCases.map(\.rawValue)),
        "What of it is asked for; `low` is a small copy, by rules that know one.", default: "auto"),
      FormatField("count", .count, "How many.", default: "1", example: "4"),
    ])
}
