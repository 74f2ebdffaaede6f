/// A section of `reports/index.md`, which a verb adds and replaces when it is run again; what other
/// runs wrote stays.
package struct IndexSection {
  package var title: String
  /// The page that it links, relative to the index.
  package var link: String
  /// Markdown.
  package var text: String

  package init(title: String, link: String, text: String) {
    self.title = title
    self.link = link
    self.text = text
  }

  /// An index with this section at its old place, or at the end; nil: there is no index yet.
  package func added(to index: String?) -> String {
    let heading = "## [\(Markdown.escape(title))](\(link))"
    let own = heading + "\n\n" + text + "\n\n"
    guard let index else { return "# Reports\n\n" + own }
    let sections = index.replacing("\n## ", with: "\n\u{1}## ").split(separator: "\u{1}")
    let isOwn = { (section: Substring) in
      section.prefix { $0 != "\n" }.hasSuffix("](\(link))")
    }
    guard sections.contains(where: isOwn) else {
      let end = index.hasSuffix("\n\n") ? "" : index.hasSuffix("\n") ? "\n" : "\n\n"
      return index + end + own
    }
    return sections.map { isOwn($0) ? own : String($0) }.joined()
  }
}
