/// A call (or the start of a flow) that arrives, with what its first block of draws decides.
struct Arrival: Sendable, BitwiseCopyable {
  /// Microseconds since the epoch.
  var time: Int64
  var user: UInt32
  /// The user's n-th call or flow of the workload, from 0.
  var index: UInt32
  /// Index into `CompiledScenario.kinds`; for the start of a flow, into `workloads`.
  var kind: UInt16
  /// The routed model.
  var routed: UInt16 = 0
  var isFlowStart = false
  /// `rate` mode: the response cache has it.
  var cacheDraw = false
}
