/// A call (or the start of a flow) that arrives, with what its first block of draws decides.
package struct Arrival: Sendable, BitwiseCopyable {
  /// Microseconds since the epoch.
  package var time: Int64
  /// The user's n-th call or flow of the workload, from 0.
  package var index: UInt32
  package var user: UInt32
  /// Into the factory's forms of calls: kind, routed model and, in `rate` mode, whether the response
  /// cache has it.
  package var form: UInt32 = 0
}
