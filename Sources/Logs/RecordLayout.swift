import Simulator

/// One path of a shape, by its number there.
package struct Slot: Hashable, Sendable {
  package let number: Int
}

/// What a shape wants to know of each place in its records, learned place by place as records are met: so a record is
/// walked through once, and no path is looked up in it.
final class RecordLayout {
  private let paths: [LogPath]
  private let prefixes: [String]
  private let usage: [LogPath]
  private let isRead: (_ path: String, _ bare: String) -> Bool
  let root: Place
  /// Places that are remembered.
  private var count = 0

  /// Logs that make new keys in each record would otherwise fill the memory.
  private static let most = 4_096

  /// - Parameters:
  ///   - paths: by number.
  ///   - usage: where numbers are usage.
  ///   - isRead: whether a number at such a place, its path also without a prefix, is read or means nothing.
  init(
    paths: [LogPath], prefixes: [String], usage: [LogPath],
    isRead: @escaping (_ path: String, _ bare: String) -> Bool
  ) {
    self.paths = paths
    self.prefixes = prefixes.filter { !$0.isEmpty }
    self.usage = usage
    self.isRead = isRead
    root = Place(parts: [], key: [])
    root.leadsOn = true
  }

  /// A place in records: a key, or the keys that lead to it.
  final class Place {
    fileprivate let parts: [String]
    fileprivate let key: [UInt8]
    private var children: [Place] = []
    private var byKey: [UInt64: Int] = [:]

    /// What stands here.
    fileprivate(set) var slots: [Slot] = []
    /// What has the very name of a key, slashes and all.
    fileprivate(set) var exact: [Slot] = []
    /// What may stand at any depth below, and under which keys, from `**` on.
    fileprivate(set) var deep: [(slot: Slot, rest: ArraySlice<String>)] = []
    /// Whether anything is looked for below.
    fileprivate(set) var leadsOn = false
    /// Whether a number here is usage that nobody reads.
    fileprivate(set) var isUnread = false
    /// The record in which this place was met last.
    var record = -1

    fileprivate init(parts: [String], key: [UInt8]) {
      self.parts = parts
      self.key = key
    }

    /// Whether there is anything to be done here.
    var isWanted: Bool { leadsOn || isUnread || !slots.isEmpty || !exact.isEmpty || !deep.isEmpty }

    var path: String { parts.joined(separator: "/") }

    /// The place under a key, looked for first where the last record had it.
    fileprivate func child(_ key: Bytes, near guess: inout Int) -> Place? {
      if guess < children.count {
        let likely = children[guess]
        if key.equals(likely.key) {
          guess += 1
          return likely
        }
      }
      guard let found = byKey[ByteKey.hash(key)], key.equals(children[found].key) else {
        return nil
      }
      guess = found + 1
      return children[found]
    }

    fileprivate func add(_ place: Place) {
      place.key.withUnsafeBufferPointer { byKey[ByteKey.hash($0)] = children.count }
      children.append(place)
    }
  }

  /// The place below another one under a key.
  func place(_ key: Bytes, below above: Place, near guess: inout Int) -> Place {
    above.child(key, near: &guess) ?? made(Array(key), below: above)
  }

  private func made(_ key: [UInt8], below above: Place) -> Place {
    let place = Place(parts: above.parts + [String(decoding: key, as: UTF8.self)], key: key)
    for (number, path) in paths.enumerated() where !path.isContext {
      note(path, Slot(number: number), in: place)
    }
    let path = place.path
    let bare =
      prefixes.first(where: path.hasPrefix).map { String(path.dropFirst($0.count)) } ?? path
    place.isUnread = usage.contains { $0.covers(bare) } && !isRead(path, bare)
    place.leadsOn =
      place.leadsOn || prefixes.contains { $0.hasPrefix(path + "/") }
      || usage.contains { $0.leads(through: bare) }
    if count < Self.most {
      count += 1
      above.add(place)
    }
    return place
  }

  private func note(_ path: LogPath, _ slot: Slot, in place: Place) {
    let depth = place.parts.count
    if depth == 1, path.name == place.parts[0] { return place.exact.append(slot) }
    guard path.parts.count > 1, path.parts.count >= depth,
      path.parts.prefix(depth).elementsEqual(place.parts)
    else { return }
    if path.parts.count == depth {
      place.slots.append(slot)
    } else if path.parts[depth] == "**" {
      place.deep.append((slot, path.parts[depth...]))
    } else {
      place.leadsOn = true
    }
  }
}
