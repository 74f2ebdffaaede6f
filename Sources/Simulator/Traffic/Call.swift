/// One call as it arrives, with everything that was drawn for it. Synthetic and logged traffic
/// become a stream of these.
struct Call: Sendable {
  /// Microseconds since the epoch.
  var time: Int64
  /// Identifies the prompt; meaningless where the kind has none.
  var prompt: UInt64 = 0
  /// The user's n-th call or flow of the workload, from 0.
  var index: UInt32
  var user: UInt32
  /// Index into `CompiledScenario.kinds`; for the start of a flow, into `workloads`.
  var kind: UInt16
  var isFlowStart = false
  /// `rate` mode: the response cache has it.
  var cacheDraw = false
  /// The routed model.
  var routed: UInt16 = 0
  var flow: Int32 = -1
  /// Total input: fresh, prefix and frames.
  var input: Int64 = 0
  /// Total output, reasoning included.
  var output: Int64 = 0
  var reasoning: Int64 = 0
  /// Microseconds.
  var audio: Int64 = 0
}
