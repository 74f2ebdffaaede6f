import Foundation
import Synchronization

/// A folder that receives all files of a run, or none.
///
/// Files are written under a temporary folder inside it (so in the same file system) and renamed
/// into place by `commit`. A folder that is not committed removes what it made.
final class OutputFolder {
  let path: String
  private let staging: String
  private var names: [String] = []
  /// Files that go when the others come.
  private var removed: [String] = []
  private var isOpen = true

  /// The temporary folders in use, each with the new folders that go with it: what a signal handler
  /// has to remove.
  private static let openStagings = Mutex<[String: [String]]>([:])

  /// Makes the folder if there is none yet.
  init(path: String) throws(OutputError) {
    self.path = path
    staging = path + "/.costsim-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
    created { $0 = [] }
    do throws(OutputError) {
      try makeFolders(path)
      Self.removeAbandoned(in: path)
      if mkdir(staging, 0o755) != 0 { throw OutputError(errno: errno, path: path) }
    } catch {
      discard()
      throw error
    }
  }

  /// What a run that was killed left behind: temporary folders whose process is gone.
  private static func removeAbandoned(in path: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names {
      guard let parts = name.wholeMatch(of: /\.costsim-(\d+)-\d+\.tmp/),
        let process = Int32(parts.1), kill(process, 0) != 0, errno == ESRCH
      else { continue }
      removeStaging(path + "/" + name)
    }
  }

  /// Changes the list of new folders.
  private func created(_ change: (inout [String]) -> Void) {
    Self.openStagings.withLock { change(&$0[staging, default: []]) }
  }

  deinit { discard() }

  /// Where to write the file that will be called `name` (folders separated by `/`).
  func temporaryPath(for name: String) throws(OutputError) -> String {
    precondition(isOpen, "the folder is committed")
    if !names.contains(name) { names.append(name) }
    // Flat names keep the temporary folder free of subfolders; `%` keeps them distinct.
    return staging + "/" + name.replacing("%", with: "%25").replacing("/", with: "%2F")
  }

  /// What will be called `name`, to be written; errors call it so already.
  func file(_ name: String) throws(OutputError) -> OutputFile {
    try OutputFile(path: temporaryPath(for: name), name: path + "/" + name)
  }

  func write(_ bytes: [UInt8], to name: String) throws(OutputError) {
    let file = try file(name)
    try file.write(bytes)
    try file.close()
  }

  func write(_ text: String, to name: String) throws(OutputError) {
    try write(Array(text.utf8), to: name)
  }

  /// An older file of that name goes when the folder is committed.
  func remove(_ name: String) { removed.append(name) }

  /// Writes one file, whole or not at all.
  static func write(_ text: String, toFile path: String) throws(OutputError) {
    let (folder, name) = try forFile(path)
    try folder.write(text, to: name)
    try folder.commit()
  }

  /// The folder that a file will lie in, and the file's name there.
  static func forFile(_ path: String) throws(OutputError) -> (folder: OutputFolder, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (try OutputFolder(path: "."), path) }
    let name = String(path[path.index(after: slash)...])
    if name.isEmpty { throw OutputError.isAFolder(path: path) }
    return (try OutputFolder(path: slash == path.startIndex ? "/" : String(path[..<slash])), name)
  }

  /// Renames every file to its own name, replacing older ones. On failure nothing new is left
  /// unless a rename itself failed half-way, in which case each file is still whole.
  func commit() throws(OutputError) {
    precondition(isOpen, "the folder is committed")
    do throws(OutputError) {
      for name in names { try prepareTarget(name) }
      for name in names {
        if rename(try temporaryPath(for: name), path + "/" + name) != 0 {
          throw OutputError(errno: errno, path: path + "/" + name)
        }
      }
    } catch {
      discard()
      throw error
    }
    for name in removed where !names.contains(name) { _ = unlink(path + "/" + name) }
    created { $0 = [] }
    discard()
  }

  /// Removes everything that was not committed.
  func discard() {
    guard isOpen else { return }
    isOpen = false
    let staging = staging
    Self.removeStaging(staging)
    Self.openStagings.withLock { open in
      let created = open.removeValue(forKey: staging) ?? []
      // Only empty ones go: `rmdir` refuses the others. The last of those who write there takes it.
      for folder in created.reversed() where rmdir(folder) != 0 {
        let next = open.keys.filter { $0.hasPrefix(folder + "/") }.min()
        if let next { open[next]?.insert(folder, at: 0) }
      }
    }
  }

  /// Removes the temporaries of all open folders (under `root`) and the folders made for them:
  /// for the handler of an interruption, which ends the program.
  static func discard(stagingsUnder root: String = "") {
    for (staging, created) in openStagings.withLock({ $0 }) where staging.hasPrefix(root) {
      removeStaging(staging)
      for folder in created.reversed() { _ = rmdir(folder) }
    }
  }

  private static func removeStaging(_ staging: String) {
    try? FileManager.default.removeItem(atPath: staging)
  }

  private func prepareTarget(_ name: String) throws(OutputError) {
    let target = path + "/" + name
    if let slash = target.lastIndex(of: "/") { try makeFolders(String(target[..<slash])) }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else { return }
    if isFolder.boolValue { throw OutputError.isAFolder(path: target) }
    // A rename would put a file in the place of a device such as /dev/null.
    var status = stat()
    if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw OutputError.notWritable(path: target, reason: "it is not a regular file")
    }
  }

  /// Makes a folder and those above it, remembering which were new.
  private func makeFolders(_ folder: String) throws(OutputError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
      if isFolder.boolValue { return }
      throw OutputError.notAFolder(path: folder)
    }
    if let slash = folder.lastIndex(of: "/"), slash > folder.startIndex {
      try makeFolders(String(folder[..<slash]))
    }
    if mkdir(folder, 0o755) == 0 {
      created { $0.append(folder) }
    } else if errno != EEXIST {
      throw OutputError(errno: errno, path: folder)
    }
  }
}
