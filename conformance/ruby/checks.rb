# Runs groups of assertions, prints one line for each and counts how they end.
module Checks
  @passed = @failed = 0

  def self.group(name)
    yield
    @passed += 1
    puts "ok    #{name}"
  rescue StandardError => e
    @failed += 1
    puts "FAIL  #{name}: #{e.class}: #{e.message.tr("\n", ' ')}"
  end

  def self.equal(want, got, what)
    raise "#{what}: want #{want.inspect}, got #{got.inspect}" unless want == got
  end

  def self.finish
    puts "#{@passed} passed, #{@failed} failed"
    exit(@failed.zero? && @passed.positive? ? 0 : 1)
  end
end
