/// A single file that appears whole or not at all.
enum TextOutput {
  static func write(_ text: String, to path: String) throws(OutputError) {
    let slash = path.lastIndex(of: "/")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folder = try OutputFolder(path: parent)
    try folder.write(text, to: name)
    try folder.commit()
  }
}
