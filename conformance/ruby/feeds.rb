# Ruby's RSS parser, strict about RFC 4287, and REXML against a running gateway.
#   ruby feeds.rb ROOT/ open|password
require 'json'
require 'net/http'
require 'rexml/document'
require 'rss'
require 'time'
require_relative 'checks'

ROOT, MODE = ARGV
USER = 'reader@example.onmicrosoft.com'.freeze
REPORTS = %w[CsP2PAVTimeDaily CsP2PAVTimeWeekly CsP2PAVTimeMonthly].freeze
NAMES = { 'a' => 'http://www.w3.org/2005/Atom', 'm' => 'http://schemas.microsoft.com/ado/2007/08/dataservices/metadata' }.freeze
PAGE = 50

def get(url, password: 'demo', status: '200')
  uri = URI(url.start_with?('http') ? url : ROOT + url)
  request = Net::HTTP::Get.new(uri)
  request.basic_auth(USER, password) if password
  answer = Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
  Checks.equal(status, answer.code, url)
  answer
end

# The rows of Atom as REXML sees them.
def rows(xml)
  REXML::XPath.match(REXML::Document.new(xml), '//m:properties', NAMES).map do |p|
    p.elements.to_h { |c| [c.name, c.attributes['m:null'] == 'true' ? nil : c.text] }
  end
end

# The rows of a report by JSON, every page.
def truth(report)
  found = []
  url = "#{report}?$format=json"
  while url
    page = JSON.parse(get(url).body)['d']
    found += page['results'].map { |r| r.except('__metadata').merge('Date' => Time.at(0, r['Date'][/-?\d+/].to_i, :millisecond).utc.strftime('%FT%T')) }
    url = page['__next'] && "#{page['__next']}&$format=json"
  end
  found
end

def strict(answer)
  Checks.equal('application/atom+xml', answer.content_type, 'content type')
  RSS::Parser.parse(answer.body, true)
end

def check_entry(entry, row, report, updated)
  Checks.equal("http://#{URI(ROOT).host}:#{URI(ROOT).port}/ecp/ReportingWebService/Reporting.svc/#{report}(datetime'#{row['Date'].gsub(':', '%3A')}')", entry.id.content, 'id')
  Checks.equal(updated, entry.updated.content, 'updated')
  Checks.equal('', entry.title.content.to_s, 'title')
  Checks.equal(1, entry.authors.size, 'authors')
  Checks.equal(['TenantReporting.CsP2PAVTimeReport'], entry.categories.map(&:term), 'category')
  Checks.equal('application/xml', entry.content.type, 'content')
end

REPORTS.each do |report|
  Checks.group("#{report}, strict, every page") do
    want = truth(report)
    found = []
    pages = 0
    url = report
    while url
      answer = get(url)
      feed = strict(answer)
      Checks.equal(report, feed.title.content, 'title')
      Checks.equal(ROOT + report, feed.id.content, 'id of the feed')
      page = rows(answer.body)
      Checks.equal(page.size, feed.entries.size, 'entries')
      feed.entries.zip(page) { |entry, row| check_entry(entry, row, report, feed.updated.content) }
      found += page
      pages += 1
      url = feed.links.find { |l| l.rel == 'next' }&.href
    end
    Checks.equal(want, found, 'rows')
    Checks.equal((want.size + PAGE - 1) / PAGE, pages, 'pages')
    Checks.equal(want.size.to_s, get("#{report}/$count").body, '$count')
  end
end

Checks.group('options') do
  answer = get('CsP2PAVTimeDaily?$select=Date,TotalAudioMinutes,TotalVideoMinutes&$orderby=Date%20desc&$top=10&$format=Atom')
  Checks.equal(10, strict(answer).entries.size, 'entries')
  want = truth('CsP2PAVTimeDaily').reverse.first(10).map { |r| r.slice('Date', 'TotalAudioMinutes', 'TotalVideoMinutes') }
  Checks.equal(want, rows(answer.body), 'rows')
end

Checks.group('entry') do
  answer = get("CsP2PAVTimeMonthly(datetime'2026-09-30')")
  entry = strict(answer)
  Checks.equal(RSS::Atom::Entry, entry.class, 'document')
  Checks.equal(truth('CsP2PAVTimeMonthly').select { |r| r['Date'].start_with?('2026-09') }, rows(answer.body), 'row')
end

Checks.group('empty feed') do
  feed = strict(get('CsP2PAVTimeDaily?$top=0'))
  Checks.equal(0, feed.entries.size, 'entries')
  Checks.equal(1, feed.authors.size, 'authors of a feed without entries')
end

Checks.group('errors by REXML') do
  error = REXML::Document.new(get('CsP2PAVTimeDaily?$skip=x', status: '400').body).root
  Checks.equal(NAMES['m'], error.namespace, 'namespace')
  Checks.equal("Incorrect format for $skip argument 'x'.", REXML::XPath.first(error, 'm:message', NAMES).text, 'message')
  get('CsP2PAVTimeDialy', status: '404')
end

Checks.group('passwords') do
  get('', password: 'wrong', status: '401')
  answer = get('', password: nil, status: MODE == 'password' ? '401' : '200')
  Checks.equal('Basic', answer['WWW-Authenticate'][/\w+/], 'challenge') if MODE == 'password'
end

Checks.finish
