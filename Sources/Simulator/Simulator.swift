import ArgumentParser

@main
struct Costsim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costsim",
    abstract: "Simulates an AI bill: routing, caching, fallbacks, quotas and exact prices.")
}
