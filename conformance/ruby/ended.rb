# Net::HTTP, REXML and RSS against a gateway whose rollout goes on.
#   ruby ended.rb ROOT/ announce|brownout|retired
require 'json'
require 'net/http'
require 'rexml/document'
require 'rss'
require 'time'
require_relative 'checks'

ROOT, MODE = ARGV
SERVED = MODE == 'announce'
STATUS = { 'announce' => '200', 'brownout' => '503', 'retired' => '410' }.fetch(MODE)
CODE = MODE == 'retired' ? 'ServiceDeprecatedRetired' : 'ServiceDeprecatedBrownout'
SAYS = MODE == 'retired' ? 'is retired' : 'until 2026-11-23 21:00 +00:00 (UTC)'
LINK = 'https://learn.microsoft.com/graph/api/reportroot-getskypeforbusinesspeertopeeractivityminutecounts'.freeze
NAMES = { 'm' => 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata' }.freeze

def ask(path)
  uri = URI(ROOT + path)
  request = Net::HTTP::Get.new(uri)
  request.basic_auth('reader@example.onmicrosoft.com', 'demo')
  answer = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  Checks.equal(STATUS, answer.code, path)
  Checks.equal('@1517184000', answer['Deprecation'], 'Deprecation')
  Checks.equal(Time.utc(2027, 6, 30), Time.httpdate(answer['Sunset']), 'Sunset')
  Checks.equal(MODE == 'brownout' ? '75600' : nil, answer['Retry-After'], 'Retry-After')
  answer
end

def says(code, message)
  Checks.equal(CODE, code, 'code')
  Checks.equal([true, true], [message.include?(SAYS), message.include?(LINK)], message)
end

%w[CsP2PAVTimeDaily CsP2PAVTimeWeekly CsP2PAVTimeMonthly].each do |report|
  Checks.group("#{report}, Net::HTTP's own error") do
    begin
      ask(report).value
      raised = nil
    rescue Net::HTTPFatalError, Net::HTTPClientException => e
      raised = e.response.code
    end
    Checks.equal(SERVED ? nil : STATUS, raised, 'raised')
  end

  Checks.group("#{report}, REXML and RSS") do
    body = ask("#{report}?$format=Atom").body
    feed = RSS::Parser.parse(body, true)
    Checks.equal(SERVED, feed.is_a?(RSS::Atom::Feed), 'a feed')
    next if SERVED

    error = REXML::XPath.first(REXML::Document.new(body), '/m:error', NAMES)
    says(REXML::XPath.first(error, 'm:code', NAMES).text, REXML::XPath.first(error, 'm:message', NAMES).text)
  end

  Checks.group("#{report}, JSON") do
    document = JSON.parse(ask("#{report}?$format=json").body)
    says(document['error']['code'], document['error']['message']['value']) unless SERVED
  end
end
Checks.finish
