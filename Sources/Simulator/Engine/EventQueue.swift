/// What is still to happen, in the order of docs/semantics.md, "Order of events": by time, then
/// outcomes before retries before arrivals, then by creation.
package struct EventQueue: ~Copyable, Sendable {
  package enum Kind: UInt8, Sendable {
    /// An attempt's outcome, or a hit's answer to a flow; the slot is a flight.
    case outcome = 0
    /// The slot is a flight.
    case retry = 1
    /// A flow's next stage; the slot is a flow, or, inverted, a conversation that goes on.
    case arrival = 2
  }
  /// In whose course an event was created. An outcome that was foreseen has created what follows from it
  /// when it would have come: at its time, after the outcomes before it and before all else.
  package struct Cause: Equatable, Sendable, BitwiseCopyable {
    package var time: Int64
    /// Of an outcome that was on its way before that time; all else is later.
    package var order: UInt64

    package static let none = Cause(time: .min, order: 0)

    package init(time: Int64, order: UInt64) {
      self.time = time
      self.order = order
    }

    package static func < (a: Cause, b: Cause) -> Bool {
      a.time < b.time || (a.time == b.time && a.order < b.order)
    }

  }

  package struct Event: Sendable, BitwiseCopyable {
    package var time: Int64
    /// Among events of one time: kind in the top two bits, then the order of creation, but for arrivals
    /// that have another cause.
    package fileprivate(set) var order: UInt64
    package var slot: Int32
    fileprivate var cause = Cause.none

    package var kind: Kind {
      switch order >> 62 {
      case 0: .outcome
      case 1: .retry
      default: .arrival
      }
    }

    @inline(__always)
    fileprivate static func < (a: Event, b: Event) -> Bool {
      a.time < b.time || (a.time == b.time && precedes(a, b))
    }

    /// Of events of one time.
    @inline(never)
    private static func precedes(_ a: Event, _ b: Event) -> Bool {
      guard a.kind == .arrival, b.kind == .arrival, a.cause != b.cause else {
        return a.order < b.order
      }
      return a.cause < b.cause
    }
  }

  private var heap = Slab<Event>()
  private var created: UInt64 = 0
  /// Of arrivals that are created from now on.
  package var cause = Cause.none
  private var now = Int64.min
  /// Events that had been created before that time.
  private var createdBefore: UInt64 = 0

  @inline(__always)
  package var isEmpty: Bool { heap.count == 0 }

  /// Whether the next event comes before a call of the traffic that arrives at that time.
  @inline(__always)
  package func precedesArrival(at time: Int64) -> Bool {
    guard heap.count > 0 else { return false }
    let next = heap[0]
    return next.time < time || (next.time == time && next.order >> 62 < Kind.arrival.rawValue)
  }

  /// Something happens: an event, or the start of a flow.
  @inline(__always)
  package mutating func enter(_ event: Event? = nil, at time: Int64) {
    if time != now { (now, createdBefore) = (time, created) }
    let order = event?.order ?? .max
    cause = Cause(time: time, order: order < createdBefore ? order : .max)
  }

  /// The order of an outcome that is never pushed, because nothing waits for it.
  @inline(__always)
  package mutating func orderOfOutcome() -> UInt64 {
    created &+= 1
    return created &- 1
  }

  @inline(__always)
  package mutating func push(_ kind: Kind, at time: Int64, slot: Int32) {
    let event = Event(
      time: time, order: UInt64(kind.rawValue) << 62 | created, slot: slot, cause: cause)
    created &+= 1
    heap.append(event)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) >> 1
      guard event < heap[parent] else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = event
  }

  @inline(__always)
  package mutating func pop() -> Event {
    let first = heap[0]
    let last = heap.removeLast()
    let count = heap.count
    guard count > 0 else { return first }
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < count else { break }
      if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < last else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = last
    return first
  }
}
