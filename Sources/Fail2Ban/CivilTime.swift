/// A date and a time of day as a clock on the wall shows them.
struct CivilTime: Hashable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    /// Whether the calendar has such a day and the day such a time. No leap seconds: fail2ban writes none.
    var isValid: Bool {
        (1970...9999).contains(year) && (1...12).contains(month) && day >= 1 && day <= daysInMonth
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
    }

    private var daysInMonth: Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
