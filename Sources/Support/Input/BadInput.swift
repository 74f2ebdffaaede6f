/// An error in what the user gave, which ends a command with exit code 2.
package struct BadInput: Error, CustomStringConvertible {
  package var message: String

  package init(message: String) {
    self.message = message
  }
  package var description: String { message }
}
