import ArgumentParser
import Decisions
import Support

/// `3/40`: the third of forty shares.
struct Shard: ExpressibleByArgument {
  var number: Int
  var count: Int

  init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...1_000_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }
}

extension PrintOptions {
  /// After a part of a run was written.
  func tell(_ part: RunPart, at path: String) {
    show(
      json: .object([
        ("part", .string(path)),
        ("scenarios", .array(part.scenarios.map { .string($0.name) })),
        ("runs", .integer(Int64(part.runs))),
        (
          "months",
          .array(
            part.spans.map {
              .object([
                ("first", .integer(Int64($0.first))), ("count", .integer(Int64($0.count))),
              ])
            })
        ),
      ]),
      text: "Part: \(path), with "
        + (part.spans.isEmpty ? "none" : part.spans.map(\.description).joined(separator: ", "))
        + " of \(part.runs)\n")
  }
}
