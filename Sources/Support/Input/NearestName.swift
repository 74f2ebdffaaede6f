/// Finds what somebody probably meant to type.
package enum NearestName {
  /// `did you mean 'x'?` for the known name nearest to `name`, if one is near enough.
  package static func hint(for name: String, among known: [String]) -> String? {
    nearest(to: name, among: known).map { "did you mean '\($0)'?" }
  }

  /// The known name within a third of the typed name's length (at least 1, at most 4 edits),
  /// case ignored; the first in order of names where several are equally near.
  package static func nearest(to name: String, among known: [String]) -> String? {
    let typed = Array(name.lowercased())
    let limit = min(4, max(1, typed.count / 3))
    var best: (distance: Int, name: String)?
    for candidate in known.sorted() {
      let distance = editDistance(typed, Array(candidate.lowercased()), limit: limit)
      if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.name
  }

  /// The known model nearest to a name: of its family first (`claude-haiku-9` is a `claude-haiku`),
  /// the one that shares most of the name's leading words, then the fewest edits; without a family
  /// what is nearest by edits alone, if near enough. Of equally near models that of the name's own
  /// owner (`azure/…`) comes first, then one without an owner.
  package static func model(to name: String, among known: [String]) -> String? {
    func words(_ name: String) -> [Substring] {
      let tail = name.lowercased().split(separator: "/").last ?? ""
      return tail.split { !$0.isLetter && !$0.isNumber }
    }
    let typed = words(name)
    func owners(_ name: String) -> [Substring] {
      name.lowercased().split(separator: "/").dropLast()
    }
    func foreign(_ candidate: String) -> Int {
      let own = owners(candidate)
      return own.isEmpty || own == owners(name) ? (own == owners(name) ? 0 : 1) : 2
    }
    var best: (shared: Int, distance: Int, foreign: Int, name: String)?
    let bare = Array(name.lowercased().split(separator: "/").last ?? "")
    for candidate in known.sorted() {
      let shared = zip(typed, words(candidate)).prefix { $0 == $1 }.count
      guard shared > 0, shared >= best?.shared ?? 0 else { continue }
      let tail = Array(candidate.lowercased().split(separator: "/").last ?? "")
      let distance = editDistance(bare, tail, limit: max(bare.count, tail.count))
      let isNearer = best.map {
        (-shared, distance, foreign(candidate)) < (-$0.shared, $0.distance, $0.foreign)
      }
      if isNearer ?? true { best = (shared, distance, foreign(candidate), candidate) }
    }
    return best?.name ?? nearest(to: name, among: known)
  }

  /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
  /// Anything beyond `limit` is reported as `limit + 1`.
  package static func editDistance(_ a: [Character], _ b: [Character], limit: Int) -> Int {
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      beforeLast = last
      last = row
    }
    return min(last[b.count], limit + 1)
  }
}
