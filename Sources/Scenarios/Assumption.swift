/// Something that a scenario assumes, with its reason.
package struct Assumption: Hashable, Sendable {
  /// What else it might be: overrides with words.
  package struct Variant: Hashable, Sendable {
    package var title: String
    package var with: [String]
  }

  package var text: String
  package var variants: [Variant] = []
}
