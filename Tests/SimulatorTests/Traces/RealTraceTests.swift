import Foundation
import Testing

@testable import Simulator

/// Real logs, where they are at hand: COSTSIM_TRACES names their folder.
@Suite struct RealTraceTests {
  private static let folder = ProcessInfo.processInfo.environment["COSTSIM_TRACES"]

  @Test(
    .enabled(if: folder != nil, "COSTSIM_TRACES, the folder of the real logs, is not set"))
  func azureConversations() throws {
    let folder = try #require(Self.folder)
    let trace = try ReadTrace(folder + "/AzureLLMInferenceTrace_conv.csv")
    #expect(trace.rows.count == 19_366)
    #expect(trace.facts.inputTokens == 22_361_870 && trace.facts.outputTokens == 4_088_665)
  }
}
