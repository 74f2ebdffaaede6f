import Foundation

/// What a commit is about to rename, written down in its staging folder before it begins and gone once it
/// is done: with it, whoever comes next undoes a commit that was killed in its midst.
package struct CommitRecord: Codable {
  package struct Entry: Codable {
    package var target: String
    /// Where its new content lies until it has its name; nil: the file goes.
    package var temporary: String?
    /// Where its old content is kept.
    package var kept: String
    package var hadOld: Bool
  }

  /// The folders that the files lie in, this one first. A record that was moved with its folder speaks
  /// of other files, and undoes nothing.
  package var stagings: [String]
  package var entries: [Entry]

  /// No staged file is called so: theirs have `%` in front of `25` and `2F` only.
  private static let name = "/commit%"
  /// In the other staging folders: which one has the record.
  private static let pointer = "/commit%of"

  package func write() throws(OutputError) {
    let path = stagings[0] + Self.name
    do {
      for other in stagings.dropFirst() {
        try Data(stagings[0].utf8).write(to: URL(fileURLWithPath: other + Self.pointer))
      }
      // It is there as a whole, or not at all.
      try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw OutputError(errno: errno, path: path)
    }
  }

  /// The commit is done, or undone.
  package func remove() { unlink(stagings[0] + Self.name) }

  // MARK: After a kill

  /// The staging folder whose record tells what happened to another one's files.
  package static func keeper(of staging: String) -> String? {
    guard let data = FileManager.default.contents(atPath: staging + pointer) else { return nil }
    let path = String(decoding: data, as: UTF8.self)
    return isPrivate(path) ? path : nil
  }

  /// Whether a commit was begun here and did not end.
  package static func isThere(in staging: String) -> Bool { access(staging + name, F_OK) == 0 }

  /// Puts everything back as it was before the commit; false: there was none. Being killed in this, too,
  /// does no harm: it can be done again.
  package static func undo(in staging: String) -> Bool {
    guard let data = FileManager.default.contents(atPath: staging + name),
      let record = try? JSONDecoder().decode(CommitRecord.self, from: data),
      record.stagings.first == staging, isPrivate(staging)
    else { return false }
    for entry in record.entries.reversed() { record.undo(entry) }
    record.remove()
    return true
  }

  private func undo(_ entry: Entry) {
    guard let staging = stagings.first(where: { entry.kept.hasPrefix($0 + "/") }),
      Self.isPrivate(staging), entry.temporary.map({ $0.hasPrefix(staging + "/") }) ?? true,
      let parent = staging.lastIndex(of: "/"), entry.target.hasPrefix(staging[...parent]),
      !entry.target.contains("/../"), !entry.kept.contains("/../")
    else { return }
    if entry.hadOld {
      // Where it has not been taken away, or is back already, there is nothing kept.
      _ = rename(entry.kept, entry.target)
    } else if let temporary = entry.temporary, access(temporary, F_OK) != 0 {
      unlink(entry.target)
    }
  }

  /// Whether it is a folder as costsim makes them, which nobody else can write to: others must not be able
  /// to say what is renamed.
  private static func isPrivate(_ staging: String) -> Bool {
    var status = stat()
    return lstat(staging, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      && status.st_mode & 0o077 == 0 && status.st_uid == geteuid()
  }
}
