import Foundation

/// A folder that receives files of a command, among its other outputs.
package final class OutputFolder {
  package let path: String
  /// All that the command writes, which is committed together.
  package let outputs: Outputs
  /// Without links.
  private let root: String

  /// Makes the folder if there is none yet.
  package init(path: String, outputs: Outputs = Outputs()) throws(OutputError) {
    self.path = path
    self.outputs = outputs
    guard case .file(let root) = try OutputTarget(path) else {
      throw OutputError.notAFolder(path: path)
    }
    self.root = root
    try outputs.prepare(folder: root, shown: path)
  }

  private func full(_ name: String) -> String { path == "." ? name : path + "/" + name }

  /// Announces a file that will be written.
  package func claim(_ name: String) throws(OutputError) {
    try outputs.claim(full(name), by: .folder(root))
  }

  /// Where to write the file that will be called `name` (folders separated by `/`).
  package func temporaryPath(for name: String) throws(OutputError) -> String {
    try outputs.temporaryPath(for: full(name), by: .folder(root), root: root)
  }

  /// What will be called `name`, to be written; errors call it so already.
  package func file(_ name: String) throws(OutputError) -> OutputFile {
    try OutputFile(path: temporaryPath(for: name), name: full(name))
  }

  package func write(_ bytes: [UInt8], to name: String) throws(OutputError) {
    let file = try file(name)
    try file.write(bytes)
    try file.close()
  }

  package func write(_ text: String, to name: String) throws(OutputError) {
    try write(Array(text.utf8), to: name)
  }

  /// An older file of that name goes when the outputs appear.
  package func remove(_ name: String) throws(OutputError) {
    try outputs.remove(full(name), root: root)
  }

  /// Every output of the command appears.
  package func commit() throws(OutputError) { try outputs.commit() }
}
