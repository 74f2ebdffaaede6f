import ArgumentParser
import Foundation
import Simulator
import Support

@main
struct Costsim: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costsim",
    abstract: "What the AI bill will be, when it breaks the budget, and what to change.",
    discussion: """
      Example: costsim run scenarios/huntaze-published.yaml

      Exit codes: 0 fine, 1 internal failure, 2 bad usage or bad input, 99 a check failed, \
      130 interrupted.
      """,
    version: Version.current,
    subcommands: [
      Run.self, ForecastCommand.self, LeversCommand.self, StressCommand.self, SolveCommand.self,
      SweepCommand.self, SensitivityCommand.self, WhatIfCommand.self, SelectCommand.self,
      ReplayCommand.self, MergeCommand.self,
      ReadCommand.self, Calibrate.self, Explain.self,
      Validate.self, Init.self,
      Check.self, Diff.self, BaselineCommand.self,
      Query.self, Audit.self,
      Price.self, Estimate.self, CatalogCommand.self,
    ])

  static func main() {
    Interruption.handle()
    FileClaims.watch()
    do {
      var command = try parseAsRoot()
      try command.run()
      try StandardStream.flush()
    } catch {
      Foundation.exit(ExitStatus.tell(error))
    }
  }
}

/// From an error to what the user reads and the exit code (docs/interface.md).
enum ExitStatus {
  static func tell(_ error: any Error) -> Int32 {
    // The files that an interruption removes must not be complained about.
    Interruption.waitForEnd()
    switch error {
    case let error as BadInput: return say(error.description, 2)
    case let error as InputErrors: return say(error.description, 2)
    case let error as TraceError: return say(error.description, 2)
    case OutputError.closedPipe: Interruption.endAsClosedPipe()
    case let error as OutputError: return say(error.description, error.exitCode)
    case is GateFailure: return 99
    default: break
    }
    if Costsim.exitCode(for: error) == .success {
      StandardStream.say(Costsim.fullMessage(for: error) + "\n")
      return fflush(nil) == 0 ? 0 : 1
    }
    let isUsage = Costsim.exitCode(for: error) == .validationFailure
    return say(Costsim.fullMessage(for: error), isUsage ? 2 : 1)
  }

  private static func say(_ message: String, _ code: Int32) -> Int32 {
    StandardStream.tell(message + "\n")
    return code
  }
}
