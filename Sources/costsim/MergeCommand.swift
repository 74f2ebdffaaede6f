import ArgumentParser
import Decisions
import Foundation
import Reports
import Scenarios
import Simulator
import Support

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merges parts of a result into the reports of the whole.",
    discussion: """
      Example: costsim merge parts/*.bin --out reports

      The parts are what run --partial or replay --partial has written, here or elsewhere, in any \
      order; the reports are those of the one run or replay, byte for byte. With --partial it writes \
      one part in place of reports, to be merged with others later. Of a replayed log, the moment at \
      which a line of the budget is crossed is known to the minute; --refine reads that minute's \
      piece of the log again.
      """)

  @Argument(help: "Parts: files that --partial has written.")
  var parts: [String]

  @OptionGroup var output: RunOutput
  @OptionGroup var printing: PrintOptions

  @Option(help: "Threads; the results are the same for any number.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Writes the merged part to this file, in place of reports.")
  var partial: String?

  @Option(
    parsing: .upToNextOption,
    help: "Files of the log, read again for the moment at which a line of the budget is crossed.")
  var refine: [String] = []

  func validate() throws {
    guard !parts.isEmpty else { throw ValidationError("expected at least one part") }
    guard (1...1_024).contains(threads) else { throw ValidationError("--threads is 1 to 1024") }
    if partial != nil {
      try output.checkUnused(with: "--partial", or: "the last merge")
      if !refine.isEmpty { throw ValidationError("--refine belongs to the last merge") }
    }
  }

  func run() throws {
    let outputs = Outputs()
    if let partial { try outputs.claim(partial) }
    let folder = try partial == nil ? output.folder(among: outputs) : nil
    if PartFile.kind(parts[0]) == .log { return try mergeLog(outputs, folder) }
    if !refine.isEmpty { throw ValidationError("--refine reads a log, expected parts of a replay") }
    let merge = try merged()
    guard let folder else {
      guard let partial else { return }
      let part = merge.part
      try outputs.write(PartFile.bytes(of: part, kind: .months), to: partial)
      try outputs.commit()
      return printing.tell(part, at: partial)
    }
    try merge.checkWhole()
    let part = merge.part
    let trees = try part.scenarios.map { try tree(of: $0) }
    let record = RunRecord(
      version: Version.current, overrides: part.overrides, runs: part.runs,
      timeZoneData: part.timeZoneData, csvDialect: output.csvDialect)
    try output.write(trees.map(\.scenario), record: record, into: folder, printing: printing) {
      place in
      let run = ScenarioRun(trees[place].scenario, runs: part.runs, threads: threads) {
        trees[place].tree
      }
      let bar = run.progress(ofMonths: 1, isQuiet: printing.quiet)
      // Of the first month everything is told, which is simulated anew.
      let first = try run.firstMonths { bar.add($0) }
      bar.finish()
      return try run.report(first: first, bills: part.scenarios[place].plans)
    }
  }

  /// One part after another, so that no more than their months is kept of them.
  private func merged() throws -> RunMerge {
    var merge: RunMerge?
    for path in parts {
      let part = try PartFile.read(path, kind: .months, as: RunPart.self)
      if merge == nil {
        merge = try RunMerge(part, name: path)
      } else {
        try merge?.add(part, name: path)
      }
    }
    guard let merge else { throw ValidationError("expected at least one part") }
    return merge
  }

  private func tree(
    of bills: ScenarioBills
  ) throws -> (tree: ScenarioTree, scenario: Scenario) {
    let found = try bills.text.tree()
    guard found.scenario.name == bills.name, found.scenario.plans.count == bills.plans.count else {
      throw BadInput(
        message: "\(parts[0]): error: is damaged: its bills are not those of its scenario")
    }
    return found
  }
}
