/// An error in what the user gave, which ends a command with exit code 2.
struct BadInput: Error, CustomStringConvertible {
  var message: String
  var description: String { message }
}
