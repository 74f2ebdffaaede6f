import CostModel
import Support

extension Fields {
  /// `from`, and `to` or `for`: local times, or with `Z` or an offset. Half open.
  package func window(_ local: LocalTime) -> Period.Span? {
    guard let from = self["from"].flatMap({ log.moment($0, local: local.moment) }) else {
      return nil
    }
    if has("to") == has("for") {
      let article = "aeiou".contains(object.name.first ?? " ") ? "an" : "a"
      log.add(place, "\(article) \(object.name) needs either 'to' or 'for'")
      return nil
    }
    let end =
      self["to"].map { log.moment($0, local: local.moment) }
      ?? positiveDuration("for").map { from + $0 }
    guard let end else { return nil }
    if end <= from {
      log.add(self["to"]?.place ?? place, "the \(object.name) ends before it begins")
      return nil
    }
    return Period.Span(start: from, end: end)
  }
}
