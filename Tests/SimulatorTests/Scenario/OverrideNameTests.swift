import Foundation
import Testing

@testable import Simulator

/// What an override names must be there, unless a new name is asked for.
struct OverrideNameTests {
  private static let base = """
    period: 2025-11
    plans: [10]
    policy: {rules: [{name: all, model: m}]}
    catalog: {models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens, output: $4 per 1M tokens}}}
    chains: {standard: []}
    users: {account_plans: {starter: 60%, pro: 40%}}
    alerts: {errors: {when: error_rate > 5%}}
    cache: {mode: rate, classes: {chat: {hit_rate: 50%}}}
    workloads:
      pdfs: {volume: 10, input: 100, output: 10, tier: premium}
      chat:
        volume: 10
        input: 100
        output: 10
        cache_class: chat
        mix: {short: {share: 50%}, long: {share: 50%, output: 100}}

    """

  private func folder(_ more: String = "") throws -> ScenarioFolder {
    try ScenarioFolder(["s.yaml": Self.base + more])
  }

  @Test(arguments: [
    ("workloads.pdf.volume=10", "unknown workload 'pdf'", "did you mean 'pdfs'?"),
    ("workloads={pdf: {volume: 10}}", "unknown workload 'pdf'", "did you mean 'pdfs'?"),
    ("workloads.chat.mix.lnog.output=5", "unknown variant 'lnog'", "did you mean 'long'?"),
    ("cache.classes.caht.hit_rate=5%", "unknown cache class 'caht'", "did you mean 'chat'?"),
    ("users.account_plans.prro=40%", "unknown account plan 'prro'", "did you mean 'pro'?"),
    ("alerts.erors.window=2h", "unknown alert 'erors'", "did you mean 'errors'?"),
    ("chains.standart=[m]", "unknown tier 'standart'", "did you mean 'standard'?"),
    ("levers.big.title=x", "unknown lever 'big'", "there is none"),
    ("quotas.mm.concurrent=5", "unknown model 'mm'", "did you mean 'm'?"),
    ("wrkloads.pdfs.volume=1", "unknown key 'wrkloads'", "did you mean 'workloads'?"),
  ])
  func aNameThatIsNotThereIsAnError(override: String, message: String, hint: String) throws {
    let errors = try folder().errors(overrides: [override])
    #expect(errors.hasPrefix("--override:1:1: error: " + message), "\(errors)")
    #expect(errors.contains(hint), "\(errors)")
  }

  /// What the format knows, or calls name, need not be stated; new names are asked for.
  @Test(arguments: [
    "cache.mode=off", "workloads.chat.output={mean: 10, cv: 1}", "workloads.pdfs.prompts=none",
    "quotas.m.concurrent=5", "models.m.failure_rate=1%", "prices.m.input=$2 per 1M tokens",
    "chains.premium=[m]", "levers={big: {title: x, with: [cache.mode=off]}}", "budget.amount=$5",
    "+workloads.pdf={volume: 10, input: 5}", "+alerts.slow.when=latency_p95 > 5s",
    "workloads.chat.mix.*.output=7", "outages.+={model: m, from: 2025-11-02, for: 1h}",
  ])
  func whatIsKnownOrAskedForIsTaken(override: String) throws {
    #expect(try folder().errors(overrides: [override]) == "no error")
  }

  @Test func aNewNameIsThereAfterwards() throws {
    let scenario = try folder().read(overrides: [
      "+workloads.pdf.volume=10", "workloads.pdf.input=70",
    ])
    #expect(scenario.workloads.map(\.name) == ["pdfs", "chat", "pdf"])
    #expect(scenario.workloads[2].stages[0].calls[0].mix[0].input == .fixed(70))
  }

  /// A catalog in a file of its own would be replaced by the one key.
  @Test func aFileIsNotChangedThroughItsName() throws {
    let folder = try folder()
    try folder.write("c.yaml", "models: {m: {provider: p, latency: 1s, input: $1 per 1M tokens}}\n")
    let errors = folder.errors(overrides: [
      "catalog=c.yaml", "catalog.models.m.input=$2 per 1M tokens",
    ])
    #expect(errors.contains("the catalog is the file 'c.yaml'"))
    #expect(errors.contains("prices.MODEL.input"))
  }

  @Test(arguments: [
    ("levers: {less: {title: x, with: [\"workloads.pdf.volume=1\"]}}", "unknown workload 'pdf'"),
    ("levers: {less: {title: x, without: [\"cache.classes.caht.ttl=1h\"]}}", "unknown cache class"),
    ("shocks: {more: {title: x, with: [\"workloads.pdf.volume*=9\"]}}", "unknown number"),
  ])
  func leversAndShocksOfTheFileAreChecked(more: String, message: String) throws {
    let errors = try folder(more + "\n").errors()
    #expect(errors.hasPrefix("s.yaml:17:") && errors.contains(message), "\(errors)")
  }

  @Test func leversMayAddNamesAndBuildOnThem() throws {
    let folder = try folder(
      "levers: {x: {title: x, with: [\"+workloads.pdf={volume: 1}\", \"workloads.pdf.input=9\"]}}\n"
    )
    #expect(folder.errors() == "no error")
  }

  @Test func otherVerbsRefuseThemToo() throws {
    let folder = try folder()
    try folder.write(
      "log.csv", "timestamp,model,input_tokens,output_tokens\n2025-11-01T00:00:00Z,m,1,1\n")
    for arguments in [
      ["sweep", folder.path("s.yaml"), "--vary", "workloads.pdf.volume=1,2"],
      ["solve", folder.path("s.yaml"), "--budget", "$1", "--for", "workloads.pdf.volume"],
      ["forecast", folder.path("s.yaml"), "--override", "workloads.pdf.volume=1"],
      [
        "replay", folder.path("log.csv"), "--scenario", folder.path("s.yaml"), "--against",
        "workloads.pdf.volume=1",
      ],
    ] {
      let outcome = try Program.run(arguments + ["--out", folder.path("out")])
      #expect(outcome.code == 2, "\(arguments)")
      #expect(outcome.errors.contains("pdf"), "\(outcome.errors)")
      #expect(outcome.errors.contains("did you mean"), "\(outcome.errors)")
    }
  }
}
