/// Hits of the response cache in `rate` mode that only have to be counted: what they are is certain as
/// soon as they are drawn, in any order, and nothing else looks at them.
package struct HitTally: ~Copyable, Sendable {
  /// By form of call.
  package private(set) var forms: Slab<Int64>
  /// By day, then routed model.
  package private(set) var days: Slab<Int64>
  package private(set) var users: Slab<Int64>
  package let models: Int
  package private(set) var total = 0

  package init(forms: Int, days: Int, models: Int, users: Int) {
    self.forms = Slab(repeating: 0, count: forms)
    self.days = Slab(repeating: 0, count: days * models)
    self.users = Slab(repeating: 0, count: users)
    self.models = models
  }

  /// Counts an arrival if that is all there is to do: 1, otherwise 0. Draws decide which, so there is
  /// no jump.
  @inline(__always)
  package mutating func count(_ arrival: Arrival, _ forms: UnsafePointer<CallTemplate>, day: Int)
    -> Int
  {
    let number = Int(truncatingIfNeeded: arrival.form)
    let form = forms + number
    let counted = form.pointee.counted
    self.forms.base[number] &+= Int64(truncatingIfNeeded: counted)
    days.base[day &* models &+ Int(form.pointee.call.routed)] &+= Int64(truncatingIfNeeded: counted)
    return counted
  }

  /// So many of the user's have been counted.
  @inline(__always)
  package mutating func add(_ count: Int, user: UInt32) {
    total &+= count
    users.base[Int(user)] &+= Int64(truncatingIfNeeded: count)
  }
}
