/// What is made once and read at every call, by any number of owners and threads.
package final class FixedTable<Element: Sendable>: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Element>
  package let count: Int

  package init(_ elements: [Element]) {
    count = elements.count
    base = .allocate(capacity: max(1, count))
    elements.withUnsafeBufferPointer { source in
      if let first = source.baseAddress { base.initialize(from: first, count: source.count) }
    }
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
  }

  package var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Where the element lies, for as long as the table is held.
  @inline(__always)
  package func pointer(to place: Int) -> UnsafePointer<Element> {
    assert(0..<max(1, count) ~= place)
    return UnsafePointer(base + place)
  }
}
