/// Storage for what is touched at every call: an array with one owner, so that a write asks
/// neither who else holds it nor (in release builds) whether the place exists.
package struct Slab<Element: ~Copyable>: ~Copyable {
  package private(set) var base: UnsafeMutablePointer<Element>
  package private(set) var count: Int
  private var capacity: Int

  package init(capacity: Int = 16) {
    base = .allocate(capacity: capacity)
    self.capacity = capacity
    count = 0
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  @inline(__always)
  package subscript(place: Int) -> Element {
    unsafeAddress {
      assert(0..<count ~= place)
      return UnsafePointer(base + place)
    }
    unsafeMutableAddress {
      assert(0..<count ~= place)
      return base + place
    }
  }

  @inline(__always)
  package mutating func append(_ element: consuming Element) {
    if count == capacity { grow(to: 2 * capacity) }
    (base + count).initialize(to: element)
    count &+= 1
  }

  @inline(__always)
  package mutating func removeLast() -> Element {
    assert(count > 0)
    count &-= 1
    return (base + count).move()
  }

  /// Room for so many elements in all. Pointers to elements are void afterwards.
  @inline(__always)
  package mutating func reserve(_ wanted: Int) {
    if wanted > capacity { grow(to: wanted) }
  }

  @inline(never)
  private mutating func grow(to wanted: Int) {
    let wanted = max(wanted, capacity + capacity / 2)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
    larger.moveInitialize(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = wanted
  }
}

extension Slab: @unchecked Sendable where Element: Sendable, Element: ~Copyable {}

extension Slab {
  package init(_ elements: [Element]) {
    self.init(capacity: max(1, elements.count))
    for element in elements { append(element) }
  }

  package init(repeating element: Element, count: Int) {
    self.init(capacity: max(1, count))
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  package var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Forgets the last elements, or counts as elements what lies in the room reserved for them.
  @inline(__always)
  package mutating func resize(to count: Int) where Element: BitwiseCopyable {
    assert(count <= capacity)
    self.count = count
  }

  /// Appends elements until there are so many.
  package mutating func extend(to count: Int, with element: Element) {
    reserve(count)
    while self.count < count { append(element) }
  }
}
