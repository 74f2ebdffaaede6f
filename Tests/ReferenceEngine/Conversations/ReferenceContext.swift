/// Everything that a conversation has ever said, and what of it is still sent: looked through anew for
/// every call. It is slow and obvious.
struct ReferenceContext {
  struct Item {
    /// `sys`, or the conversation's name and a serial number.
    var identity: String
    var kind: String
    var tokens: Int
    var blocks: Int
    /// From 1; what a fork inherited has 0.
    var turn: Int
    var isGone = false
  }

  var items: [Item] = []

  /// What is sent, in order.
  var sent: [Item] { items.filter { !$0.isGone && $0.tokens > 0 } }

  static func tokens(_ items: [Item]) -> Int { items.reduce(0) { $0 + $1.tokens } }

  static func place(_ items: [Item], byBlocks: Bool) -> Int {
    if byBlocks { return items.reduce(0) { $0 + $1.blocks } }
    var places = 0
    var before = ""
    for item in items {
      if item.kind != "result" || before != "result" { places += 1 }
      before = item.kind
    }
    return places
  }

  func countPrefix(_ items: [Item]) -> Int { items.count { $0.kind == "prefix" } }
}
