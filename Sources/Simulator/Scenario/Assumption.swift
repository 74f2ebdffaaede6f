/// Something that a scenario assumes, with its reason.
struct Assumption: Hashable, Sendable {
  /// What else it might be: overrides with words.
  struct Variant: Hashable, Sendable {
    var title: String
    var with: [String]
  }

  var text: String
  var variants: [Variant] = []
}
